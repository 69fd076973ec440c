// What tests/conformance/reloads needs of Node: an upstream for proxies, and the same over TLS for the client itself, which
// closes its idle connections every second. Both count how often each id arrives; GET /counts lists them.
//
//     node reloads.js UPSTREAM_PORT TLS_PORT CERTIFICATE KEY
'use strict';

const fs = require('fs');
const http = require('http');
const https = require('https');

const [upstreamPort, tlsPort, certificate, key] = process.argv.slice(2);
const counts = new Map();

function answer(request, response) {
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => {
    if (request.method === 'GET') {
      response.end([...counts].map(([id, count]) => `${id} ${count}\n`).join(''));
      return;
    }
    const { id } = JSON.parse(body);
    counts.set(id, (counts.get(id) || 0) + 1);
    const reply = () => response.end('{}');
    // Most answers at once, some while the server closes connections.
    if (Math.random() < 0.5) reply(); else setTimeout(reply, Math.random() * 5);
  });
}

http.createServer(answer).listen(upstreamPort, '127.0.0.1');
const own = https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) }, answer);
own.listen(tlsPort, '127.0.0.1');
setInterval(() => own.closeIdleConnections(), 1000);
