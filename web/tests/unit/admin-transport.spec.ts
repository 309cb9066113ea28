import { denialOf, ruleOf } from "@callgate/web";
import { Code, type ServiceImpl, createClient, createConnectRouter } from "@connectrpc/connect";
import { createFetchHandler } from "@connectrpc/connect/protocol";
import { expect, test } from "@playwright/test";
import { createAdminTransport } from "../../src/admin/transport.ts";
import { AdminService } from "../../src/gen/admin/v1/admin_pb.ts";
import { refusal } from "./refusal.ts";

/** A client of the admin API, and the requests that it made. */
function adminOf(implementation: Partial<ServiceImpl<typeof AdminService>>) {
  const router = createConnectRouter().service(AdminService, implementation);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, createFetchHandler(handler)]));
  const requests: Request[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    requests.push(request);
    return handlers.get(new URL(request.url).pathname)!(request);
  };
  return { client: createClient(AdminService, createAdminTransport("http://admin.test", fetch)), requests };
}

test("every method of administration is for internal users alone", () => {
  for (const method of AdminService.methods) {
    const { internalUser, endUser, serviceAccount, public: everyone } = ruleOf(method);
    expect(internalUser, method.name).toBeDefined();
    expect([endUser, serviceAccount, everyone], method.name).toEqual([undefined, undefined, undefined]);
  }
});

test("a call goes to the API's own path with the browser's cookies, and carries no token", async () => {
  const { client, requests } = adminOf({ listUsers: () => ({}) });
  await client.listUsers({}, { headers: { authorization: "Bearer stray" } });
  const [{ url, method, credentials, headers }] = requests as [Request];
  expect(url).toBe("http://admin.test/admin.v1.AdminService/ListUsers");
  expect(method).toBe("POST");
  expect(credentials).toBe("include");
  expect(headers.get("content-type")).toBe("application/grpc-web+proto");
  expect(headers.get("authorization")).toBeNull();
  expect([...headers.keys()].filter((name) => /token|assertion|cookie|appcheck|end-user/.test(name))).toEqual([]);
});

test("the proxy is told that a script calls, so that it answers 401 where a session is over", async () => {
  const { client, requests } = adminOf({ listUsers: () => ({}) });
  await client.listUsers({});
  expect(requests[0]?.headers.get("x-requested-with")).toBe("XMLHttpRequest");
});

test("the proxy's own refusals are calls refused", async () => {
  for (const [status, code] of [
    [401, Code.Unauthenticated],
    [403, Code.PermissionDenied],
    [503, Code.Unavailable],
  ]) {
    const fetch = () => Promise.resolve(new Response("from the proxy", { status: status! }));
    const client = createClient(AdminService, createAdminTransport("http://admin.test", fetch));
    await expect(client.listUsers({})).rejects.toMatchObject({ code });
  }
});

test("a refused call is not repeated: there is no token to refresh", async () => {
  const { client, requests } = adminOf({
    setRoles: () => {
      throw refusal("TOKEN_EXPIRED");
    },
  });
  const error = await client.setRoles({}).catch((e: unknown) => e);
  expect(denialOf(error)?.reason).toBe("TOKEN_EXPIRED");
  expect(requests).toHaveLength(1);
});
