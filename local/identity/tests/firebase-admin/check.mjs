// firebase-admin, with nothing patched and no emulator set, judges the tokens of an embedded identity, asks it for session cookies and
// consumes App Check tokens: `CALLGATE_LOCAL_DIR=<its folder> node check.mjs http://127.0.0.1:PORT`.
// Its HTTP agent leads every connection to a server in this process, which answers in Google's place, with what the identity says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { initializeApp } from "firebase-admin/app";
import { getAppCheck } from "firebase-admin/app-check";
import { getAuth } from "firebase-admin/auth";

const PROJECT = "demo-callgate";
const KEYS = "www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com";

const base = process.argv[2];
const folder = process.env.CALLGATE_LOCAL_DIR;
if (!base || !folder) {
  console.error("usage: CALLGATE_LOCAL_DIR=<the identity's folder> node check.mjs http://127.0.0.1:PORT");
  process.exit(2);
}
const secret = readFileSync(`${folder}/secret`, "utf8").trim();

async function call(path, body, headers) {
  const response = await fetch(`${base}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer;
}

const mint = async (wish) => (await call("/local/v1/tokens", wish, { authorization: `Bearer ${secret}` })).token;

// Answers in Google's place. The identity has the paths of www.googleapis.com as they are, and others below the name of their host.
const asked = [];
const google = http.createServer(async (request, response) => {
  const { host } = request.headers;
  asked.push(`${host}${request.url}`);
  const chunks = await request.toArray();
  const path = host === "www.googleapis.com" ? request.url : `/${host}${request.url}`;
  const headers = { "content-type": "application/json" };
  if (request.headers.authorization) headers.authorization = request.headers.authorization;
  const body = request.method === "POST" ? Buffer.concat(chunks) : undefined;
  const answer = await fetch(`${base}${path}`, { method: request.method, headers, body });
  response.writeHead(answer.status, { "content-type": "application/json", "cache-control": answer.headers.get("cache-control") });
  response.end(await answer.text());
});
await new Promise((listening) => google.listen(0, "127.0.0.1", listening));

class Loopback extends https.Agent {
  createConnection() {
    return net.connect(google.address().port, "127.0.0.1");
  }
}

const credential = { getAccessToken: async () => ({ access_token: secret, expires_in: 3600 }) };
const app = initializeApp({ projectId: PROJECT, credential, httpAgent: new Loopback() });
const auth = getAuth(app);
const accounts = "/identitytoolkit.googleapis.com/v1/accounts";
const email = `check-${Date.now()}@example.com`;
const signedUp = await call(`${accounts}:signUp?key=local`, { email, password: "secret1", returnSecureToken: true });
const claims = await auth.verifyIdToken(signedUp.idToken);
assert.equal(claims.uid, signedUp.localId);
assert.equal(claims.email, email);
assert.equal(claims.firebase.sign_in_provider, "password");
assert.deepEqual(asked, [KEYS], "firebase-admin asks for nothing but the keys");

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

// A session cookie, as firebase-admin asks for it and as it judges it.
const cookie = await auth.createSessionCookie(signedUp.idToken, { expiresIn: 5 * 60 * 1000 });
const session = await auth.verifySessionCookie(cookie);
assert.equal(session.uid, signedUp.localId);
assert.equal(session.auth_time, claims.auth_time);
assert.equal(session.exp - session.iat, 300);
const minted = await mint({ kind: "session-cookie", email });
assert.equal((await auth.verifySessionCookie(minted)).uid, signedUp.localId);
await assert.rejects(auth.verifySessionCookie(signedUp.idToken), { code: "auth/argument-error" });
await assert.rejects(auth.verifyIdToken(cookie), { code: "auth/argument-error" });
await assert.rejects(auth.createSessionCookie(cookie, { expiresIn: 5 * 60 * 1000 }), { code: "auth/invalid-id-token" });

// An App Check token counts once.
const appCheckToken = await mint({ kind: "app-check", appId: "1:123456789012:web:0123" });
for (const alreadyConsumed of [false, true]) {
  const verified = await getAppCheck(app).verifyToken(appCheckToken, { consume: true });
  assert.equal(verified.appId, "1:123456789012:web:0123");
  assert.equal(verified.alreadyConsumed, alreadyConsumed);
}
await assert.rejects(getAppCheck(app).verifyToken(cookie));

await call(`${accounts}:delete`, { idToken: signedUp.idToken });
await call(`${accounts}:delete`, { idToken: guest.idToken });
google.close();
console.log(`firebase-admin took 2 ID tokens, 2 session cookies and an App Check token, and refused ${Object.keys(tampered).length + 4} others`);
process.exit();
