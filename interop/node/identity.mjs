// The identity provider: https://identitytoolkit.googleapis.com/ where it is Google's. An app asks it by Firebase's SDK.

/** Signs a new user up, and returns the ID token. */
export async function signUp(origin) {
  const email = `javascript-${crypto.randomUUID()}@example.com`;
  const user = await identity(origin, "accounts:signUp", { email, password: "correct horse", returnSecureToken: true });
  return user.idToken;
}

/** Deletes the user's account. */
export async function deleteAccount(origin, idToken) {
  await identity(origin, "accounts:delete", { idToken });
}

async function identity(origin, method, request) {
  const answer = await fetch(`${origin}/identitytoolkit.googleapis.com/v1/${method}?key=local`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  if (!answer.ok) throw new Error(`${method}: ${await answer.text()}`);
  return answer.json();
}
