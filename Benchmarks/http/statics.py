"""The yardsticks of a page hit: nginx and Varnish with the very bytes of our answer."""
# What a server writes by itself, or what differs from moment to moment.
OWN = {"date", "content-length", "content-type", "connection", "server", "transfer-encoding", "keep-alive"}

NGINX = """daemon off; worker_processes 1; user root; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; server_tokens off; etag off; max_ranges 0;
  keepalive_timeout 60; keepalive_requests 100000000;
  geo $dollar {{ default "$"; }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port}; root {folder};
    types {{ }} default_type "{type}";
    location / {{
      add_header Last-Modified "";
{fields}      try_files /page.html =404;
    }}
  }}
}}
"""

# What Varnish adds to an answer is taken off again: the same header bytes as the others.
VARNISH = """vcl 4.1;
backend origin {{ .host = "127.0.0.1"; .port = "{origin}"; }}
sub vcl_backend_response {{ set beresp.ttl = 1d; set beresp.do_gzip = false; }}
sub vcl_deliver {{
  unset resp.http.Via; unset resp.http.X-Varnish; unset resp.http.Age; unset resp.http.Accept-Ranges;
  if (obj.hits == 0) {{ set resp.http.Cache-Status = "varnish; fwd=miss"; }}
}}
"""


# Fields that nginx writes and we do not, 39 bytes: the longest of ours is so much shorter in its answer.
ONLY_NGINX = len("Server: nginx\r\nConnection: keep-alive\r\n")


def nginx(stage, port, response, body):
    folder = stage.folder
    (folder / "page.html").write_bytes(body)
    quoted = lambda text: text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "${dollar}")  # noqa: E731
    ours = {name: value for name, value in response.getheaders() if name.lower() not in OWN}
    longest = max(ours, key=lambda name: len(ours[name]))
    ours[longest] = ours[longest][:-ONLY_NGINX]
    fields = "".join(f'      add_header {name} "{quoted(value)}";\n' for name, value in ours.items())
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, type=response.getheader("content-type"), fields=fields))
    stage.origin = port
    return stage.start("nginx", ["nginx", "-p", folder, "-c", folder / "nginx.conf"]).wait(port)


def varnish(stage, port, response, body):
    (stage.folder / "default.vcl").write_text(VARNISH.format(origin=stage.origin))
    return stage.start("varnish", [
        "varnishd", "-F", "-j", "none", "-a", f"127.0.0.1:{port}", "-f", stage.folder / "default.vcl",
        "-n", stage.folder / "varnish", "-s", "malloc,64m", "-p", "thread_pools=1",
    ]).wait(port)  # fmt: skip
