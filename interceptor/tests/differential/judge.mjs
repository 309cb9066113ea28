// firebase-admin, with nothing patched and no emulator set, judges tokens: `node judge.mjs FOLDER`, with its npm packages in FOLDER.
// Standard input: {"project","keys":{kind:{kid:PEM}}}, then {"kind","token","tenant"} a line, where a kind is one of KINDS below.
// Standard output: a verdict a line, in this order.
// Its HTTP agent leads every connection to a server in this process, which hands out the keys in Google's place.
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";

const KINDS = {
  id_token: {
    verify: (auth, token) => auth.verifyIdToken(token),
    keys: "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com",
  },
  session_cookie: {
    verify: (auth, cookie) => auth.verifySessionCookie(cookie),
    keys: "/identitytoolkit/v3/relyingparty/publicKeys",
  },
};

const require = createRequire(path.resolve(process.argv[2], "package.json"));
const { initializeApp } = require("firebase-admin/app");
const { getAuth } = require("firebase-admin/auth");

const [{ project, keys }, ...cases] = (await text(process.stdin))
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line));

const asked = [];
const google = http.createServer((request, response) => {
  const kind = Object.keys(KINDS).find((kind) => KINDS[kind].keys === request.url);
  assert(kind, "firebase-admin asks for nothing but the keys");
  asked.push(kind);
  response.writeHead(200, { "content-type": "application/json", "cache-control": "public, max-age=3600" });
  response.end(JSON.stringify(keys[kind]));
});
await new Promise((listening) => google.listen(0, "127.0.0.1", listening));

class Loopback extends https.Agent {
  createConnection() {
    return net.connect(google.address().port, "127.0.0.1");
  }
}

const auth = getAuth(initializeApp({ projectId: project, httpAgent: new Loopback() }));
const tenants = new Map([[null, auth]]);

function verifier(tenant) {
  if (!tenants.has(tenant)) tenants.set(tenant, auth.tenantManager().authForTenant(tenant));
  return tenants.get(tenant);
}

// As a service reads them: what is not there is null.
function facts({ uid = null, email = null, email_verified = false, firebase }) {
  const { sign_in_provider = null, tenant = null, sign_in_second_factor = null } = firebase ?? {};
  return { uid, tenant, email, email_verified, sign_in_provider, second_factor: sign_in_second_factor };
}

const lines = [];
for (const { kind, token, tenant } of cases) {
  const verdict = await KINDS[kind].verify(verifier(tenant), token).then(
    (claims) => ({ claims }),
    (error) => ({ refused: `${error.code ?? error.name}: ${error.message}` }),
  );
  lines.push(verdict.claims ? { accepted: facts(verdict.claims) } : verdict);
}
// For each kind once for the project, and once for each tenant: a verifier that fetches at every token would be another one.
for (const kind of Object.keys(KINDS)) assert.equal(asked.filter((of) => of === kind).length, tenants.size, kind);
google.close();
process.stdout.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), () => process.exit());
