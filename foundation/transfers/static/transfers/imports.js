/* The pages of an import: a form is sent once per click, and a drop zone shows that it has noticed the file above it. */
(function () {
  "use strict";

  // Forms may be drawn anew at any time (a polled part), so the document listens for them.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("form[data-send-once]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  // Back from the browser's memory, the page may be sent again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  ["dragenter", "dragover", "dragleave", "drop"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      if (event.target.matches && event.target.matches(".hub-drop input[type=file]")) {
        event.target.classList.toggle("hub-over", kind === "dragenter" || kind === "dragover");
      }
    });
  });
})();
