// Stands in for `gapi.iframes` of apis.google.com, which the SDK loads for signInWithPopup: a local system works without the
// internet. The SDK finds it and loads nothing; the local identity's account chooser posts its answer to the page itself.

/** What the chooser posts: the SDK's own event, which it else gets from an iframe of the auth domain. */
type Deliver = (event: { authEvent: unknown }) => unknown;

/** Installs the stand-in. It has to be there before the SDK is asked for a popup. */
export function installLocalGapi(identityOrigin: string): void {
  let deliver: Deliver | undefined;

  const iframe = {
    restyle: () => Promise.resolve(),
    ping: (loaded: () => void) => Promise.resolve(loaded()),
    register(message: string, handler: Deliver): void {
      if (message !== "authEvent") return;
      deliver = handler;
      handler({ authEvent: { type: "unknown", error: { code: "auth/no-auth-event" } } }); // no redirect is under way
    },
    // The SDK throws after it has been called back, so it is called outside of its own stack.
    send(_message: string, _data: unknown, answer: (response: unknown[]) => void): void {
      setTimeout(() => {
        try {
          answer([{ webStorageSupport: true }]);
        } catch {
          // the SDK's own
        }
      });
    },
  };

  addEventListener("message", ({ origin, data }: MessageEvent<unknown>) => {
    if (origin !== identityOrigin || typeof data !== "object" || data === null || !("callgateAuthEvent" in data))
      return;
    deliver?.({ authEvent: data.callgateAuthEvent });
  });

  const iframes = {
    Iframe: Object,
    CROSS_ORIGIN_IFRAMES_FILTER: {},
    getContext: () => ({ open: (_options: unknown, ready: (opened: typeof iframe) => unknown) => ready(iframe) }),
  };
  Object.assign(window, { gapi: { iframes } });
}
