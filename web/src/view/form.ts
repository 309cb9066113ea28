/** Runs an action in place of sending the form. */
export function onSubmit(form: HTMLFormElement, action: () => Promise<unknown>): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void action();
  });
}
