// Calls of a page that a test answers itself, with real gRPC-Web messages.
import type { ConnectRouter } from "@connectrpc/connect";
import { createFetchHandler } from "@connectrpc/connect/protocol";
import type { Route } from "@playwright/test";

type Handler = ReturnType<typeof createFetchHandler>;

/** The methods of a router, by their paths. */
export function handlersOf(router: ConnectRouter): Map<string, Handler> {
  return new Map(router.handlers.map((handler) => [handler.requestPath, createFetchHandler(handler)]));
}

/** Answers a call with what a method says. */
export async function answered(route: Route, handler: Handler): Promise<void> {
  const request = route.request();
  const response = await handler(
    new Request(request.url(), {
      method: "POST",
      headers: await request.allHeaders(),
      body: new Uint8Array(request.postDataBuffer() ?? []),
    }),
  );
  await route.fulfill({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  });
}
