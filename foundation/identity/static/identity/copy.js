/* Buttons that copy a field: <button data-copy="id of the field" data-copied="word to show">. */
(function () {
  "use strict";
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    button.addEventListener("click", async function () {
      var field = document.getElementById(button.dataset.copy);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch (refused) {
        document.execCommand("copy"); // without HTTPS browsers have no clipboard
      }
      button.textContent = button.dataset.copied;
    });
  });
})();
