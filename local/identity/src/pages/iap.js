const target = document.body.dataset.continue;
const [form, email, failed, onward, signOut] =
  ["sign-in", "email", "failed", "continue", "sign-out"].map((id) => document.getElementById(id));

// The server has seen that the target is a path of its own.
const goOn = () => (target ? location.replace(target) : location.reload());

async function post(call, body) {
  const response = await fetch(`/_gcp_iap/${call}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.ok) return;
  const { error } = await response.json();
  throw new Error(error.message.startsWith("INVALID_EMAIL") ? "This is no e-mail address." : "That did not work. Try again.");
}

async function attempt(act, then) {
  failed.hidden = true;
  try {
    await act();
    then();
  } catch (error) {
    failed.textContent = error.message;
    failed.hidden = false;
  }
}

form.addEventListener("submit", (submit) => {
  submit.preventDefault();
  const external = new FormData(form).get("who") === "external";
  attempt(() => post("sign_in", { email: email.value, external }), goOn);
});
onward.addEventListener("click", goOn);
signOut.addEventListener("click", () => attempt(() => post("sign_out", {}), () => location.reload()));
email.focus();
