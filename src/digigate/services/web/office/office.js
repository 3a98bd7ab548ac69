// What scripts add to the plain pages: copying by one click, and coming back once the gateway does.

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = button.dataset.copied;
    } catch {
      getSelection().selectAllChildren(text); // the browser forbids it: Ctrl+C is left
    }
  });
}

const waiting = document.querySelector("[data-returns]");
if (waiting) {
  const look = async () => {
    try {
      const answer = await fetch("/api/v1/session", { cache: "no-store" });
      const { profile } = await answer.json();
      if (profile === "user") return location.replace(waiting.dataset.returns); // a restart ends sessions
    } catch {
      // it is down just now
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
}
