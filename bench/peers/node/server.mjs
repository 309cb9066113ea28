// The echo service on grpc-js: `node server.mjs PORT JWKS (plain|verify)`. With verify, firebase-admin verifies the token of each call.
// Its HTTP agent leads every connection to a server in this process, which hands out the keys in Google's place.
import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import grpc from "@grpc/grpc-js";
import { initializeApp } from "firebase-admin/app";
import { getAuth } from "firebase-admin/auth";

const PROJECT = "demo-callgate-bench";
const KEYS = "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com";

const [port, jwks, mode] = process.argv.slice(2);
assert(mode === "plain" || mode === "verify", "usage: node server.mjs PORT JWKS (plain|verify)");

const keys = Object.fromEntries(
  JSON.parse(readFileSync(jwks, "utf8")).keys.map((jwk) => [
    jwk.kid,
    createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" }),
  ]),
);
const google = http.createServer((request, response) => {
  assert.equal(request.url, KEYS, "firebase-admin asks for nothing but the keys");
  response.writeHead(200, { "content-type": "application/json", "cache-control": "public, max-age=21600" });
  response.end(JSON.stringify(keys));
});
await new Promise((listening) => google.listen(0, "127.0.0.1", listening));

class Loopback extends https.Agent {
  createConnection() {
    return net.connect(google.address().port, "127.0.0.1");
  }
}

const auth = getAuth(initializeApp({ projectId: PROJECT, httpAgent: new Loopback() }));

// The message is said back as it came: its fields are not even read.
const asItIs = (bytes) => bytes;
const service = {
  Echo: {
    path: "/bench.v1.EchoService/Echo",
    requestStream: false,
    responseStream: false,
    requestSerialize: asItIs,
    requestDeserialize: asItIs,
    responseSerialize: asItIs,
    responseDeserialize: asItIs,
  },
};

const handlers = {
  plain: { Echo: (call, answer) => answer(null, call.request) },
  verify: {
    Echo: (call, answer) => {
      const [value = ""] = call.metadata.get("authorization");
      auth.verifyIdToken(value.replace(/^Bearer /, "")).then(
        () => answer(null, call.request),
        (error) => answer({ code: grpc.status.UNAUTHENTICATED, details: error.message }),
      );
    },
  },
};

const server = new grpc.Server();
server.addService(service, handlers[mode]);
server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
