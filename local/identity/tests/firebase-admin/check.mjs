// firebase-admin, with nothing patched and no emulator set, judges the tokens of an embedded identity: `node check.mjs http://127.0.0.1:PORT`.
// Its HTTP agent leads every connection to a server in this process, which hands out the identity's own x509 map in Google's place.
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { initializeApp } from "firebase-admin/app";
import { getAuth } from "firebase-admin/auth";

const PROJECT = "demo-callgate";
const KEYS = "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com";

const base = process.argv[2];
if (!base) {
  console.error("usage: node check.mjs http://127.0.0.1:PORT");
  process.exit(2);
}

async function call(path, body) {
  const response = await fetch(`${base}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer;
}

// Answers in Google's place, as the identity does at the same path.
let asked = 0;
const google = http.createServer(async (request, response) => {
  assert.equal(request.url, KEYS, "firebase-admin asks for nothing but the keys");
  asked += 1;
  const keys = await fetch(`${base}${KEYS}`);
  response.writeHead(keys.status, { "content-type": "application/json", "cache-control": keys.headers.get("cache-control") });
  response.end(await keys.text());
});
await new Promise((listening) => google.listen(0, "127.0.0.1", listening));

class Loopback extends https.Agent {
  createConnection() {
    return net.connect(google.address().port, "127.0.0.1");
  }
}

const auth = getAuth(initializeApp({ projectId: PROJECT, httpAgent: new Loopback() }));
const accounts = "/identitytoolkit.googleapis.com/v1/accounts";
const email = `check-${Date.now()}@example.com`;
const signedUp = await call(`${accounts}:signUp?key=local`, { email, password: "secret1", returnSecureToken: true });
const claims = await auth.verifyIdToken(signedUp.idToken);
assert.equal(claims.uid, signedUp.localId);
assert.equal(claims.email, email);
assert.equal(claims.firebase.sign_in_provider, "password");
assert.equal(asked, 1);

const guest = await call(`${accounts}:signUp?key=local`, { returnSecureToken: true });
assert.equal((await auth.verifyIdToken(guest.idToken)).provider_id, "anonymous");

const [header, payload, signature] = signedUp.idToken.split(".");
const encode = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
const decode = (part) => JSON.parse(Buffer.from(part, "base64url"));
const tampered = {
  "another subject": [header, encode({ ...decode(payload), sub: guest.localId, user_id: guest.localId }), signature],
  "another header": [encode({ ...decode(header), alg: "none" }), payload, ""],
  "another's signature": [header, payload, guest.idToken.split(".")[2]],
  "a flipped bit": [header, payload, (signature[0] === "A" ? "B" : "A") + signature.slice(1)],
};
for (const [what, parts] of Object.entries(tampered)) {
  await assert.rejects(auth.verifyIdToken(parts.join(".")), { code: "auth/argument-error" }, what);
}
await call(`${accounts}:delete`, { idToken: signedUp.idToken });
await call(`${accounts}:delete`, { idToken: guest.idToken });
google.close();
console.log(`firebase-admin took 2 tokens and refused ${Object.keys(tampered).length} tampered ones`);
process.exit();
