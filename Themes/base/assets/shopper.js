// Asks for what is a shopper's own, such as how many things are in the cart, only where there is a session: a guest's pages come out
// of caches alone. The session's own cookie cannot be read here; the one beside it says that it is there and nothing else.
document.addEventListener('DOMContentLoaded', function () {
  if (/(?:^|; )(?:__Host-)?storefront-shopper=1(?:;|$)/.test(document.cookie)) {
    document.body.dispatchEvent(new Event('shopper'));
  }
});
