// What the server tells the page at run time, as JSON: nothing of it is built in.

export interface Config {
  readonly projectId: string;
  readonly apiKey: string;
  readonly authDomain: string;
  /** Where the RPCs are served; empty: where the page is. */
  readonly apiBaseUrl: string;
  /** The embedded identity provider of a local system, instead of Google's. */
  readonly localIdentity: string | null;
}

/** Reads `/config.json`. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch("/config.json", { cache: "no-store" });
  if (!response.ok) throw new Error(`/config.json answered ${response.status}`);
  return parseConfig(await response.json());
}

export function parseConfig(json: unknown): Config {
  if (typeof json !== "object" || json === null) throw new Error("/config.json is not an object");
  const fields = json as Record<string, unknown>;
  const text = (name: string): string => {
    const value = fields[name];
    if (typeof value !== "string") throw new Error(`/config.json lacks "${name}"`);
    return value;
  };
  return {
    projectId: text("projectId"),
    apiKey: text("apiKey"),
    authDomain: text("authDomain"),
    apiBaseUrl: text("apiBaseUrl"),
    localIdentity: fields["localIdentity"] === null ? null : local(text("localIdentity")),
  };
}

/**
 * A local system serves page and identity on one port, which has several names (localhost, 127.0.0.1, Vite's proxy): the
 * page stays with the one it was opened under.
 */
function local(url: string): string {
  const identity = new URL(url);
  const isHere = import.meta.env.DEV || (identity.port === location.port && isLoopback(location.hostname));
  return isHere ? location.origin : identity.origin;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "127.0.0.1" || host === "[::1]";
}
