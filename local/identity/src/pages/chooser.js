const query = new URLSearchParams(location.search);
const { target, provider, verified } = document.body.dataset;

function answer(event) {
  const type = query.get("authType");
  const authEvent = {
    type, eventId: query.get("eventId"), sessionId: "local", postBody: "", tenantId: query.get("tid"),
    urlResponse: null, error: null, ...event,
  };
  if (type.endsWith("Redirect")) {
    const back = query.get("redirectUrl").split("#")[0];
    location.replace(`${back}#callgateAuthEvent=${encodeURIComponent(JSON.stringify(authEvent))}`);
  } else if (window.opener) {
    window.opener.postMessage({ callgateAuthEvent: authEvent }, target);
  } else {
    document.getElementById("lost").hidden = false;
  }
}

function choose(claims) {
  const url = new URL("/emulator/auth/handler", location.origin);
  url.searchParams.set("providerId", provider);
  url.searchParams.set("id_token", JSON.stringify(claims));
  answer({ urlResponse: url.href });
}

const cancel = () => answer({ error: { code: "auth/user-cancelled", message: "cancelled" } });

// The same address is the same account each time, as with a real provider.
async function subject(email) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${provider} ${email}`));
  return Array.from(new Uint8Array(bytes).slice(0, 10), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

for (const button of document.querySelectorAll("button[data-claims]")) {
  button.addEventListener("click", () => choose(JSON.parse(button.dataset.claims)));
}
document.getElementById("add").addEventListener("submit", async (submit) => {
  submit.preventDefault();
  const email = document.getElementById("email").value.trim().toLowerCase();
  const name = document.getElementById("name").value.trim();
  choose({ sub: await subject(email), email, email_verified: verified === "true", ...(name && { name }) });
});
document.getElementById("cancel").addEventListener("click", cancel);
addEventListener("keydown", (key) => { if (key.key === "Escape") cancel(); });
(document.querySelector("button[data-claims]") ?? document.getElementById("email")).focus();
