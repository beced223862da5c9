// The workload's listing as an Express application renders it: EJS with compiled templates kept (NODE_ENV=production).
//
//     node listing_app.js DATA VIEWS PORT
const fs = require('fs');
const express = require('express');
const ejs = require('ejs');

const [, , data, views, port] = process.argv;
const app = express();
app.set('views', views);
app.set('view engine', 'ejs');
app.locals.money = (cents) => '$' + (cents / 100).toFixed(2).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
Object.assign(app.locals, JSON.parse(fs.readFileSync(data, 'utf8')));

app.get('/collections/:handle', (request, response) => response.render('listing'));

app.listen(Number(port), '127.0.0.1', () => {
  const version = (name) => JSON.parse(fs.readFileSync(require.resolve(`${name}/package.json`), 'utf8')).version;
  console.log(`express ${version('express')}, ejs ${ejs.VERSION}, node ${process.versions.node}`);
});
