// What Identity-Aware Proxy itself answers, below `/_gcp_iap/` of each origin that it protects.
// https://cloud.google.com/iap/docs/special-urls-howto

/** What takes the proxy's cookie away, and leads to its sign-in; the local stand-in then leads back here. */
export function signOutUrl(): string {
  return `/_gcp_iap/clear_login_cookie?continue=${encodeURIComponent(location.pathname)}`;
}

/** The address that the proxy knows the user by; nothing where it does not say. For show only. */
export async function signedInAs(): Promise<string | undefined> {
  try {
    const response = await fetch("/_gcp_iap/identity", { credentials: "include", cache: "no-store" });
    return response.ok ? addressOf(await response.json()) : undefined;
  } catch {
    return undefined; // the page works without it
  }
}

/** Such as ada@example.com of `accounts.google.com:ada@example.com`. */
export function addressOf(identity: unknown): string | undefined {
  if (typeof identity !== "object" || identity === null || !("email" in identity)) return undefined;
  const { email } = identity;
  return typeof email === "string" && email !== "" ? email.slice(email.indexOf(":") + 1) : undefined;
}
