/* A form is sent once per click: the server would notice a twin (foundation/ui/once.py), this spares the wait. */
(function () {
  "use strict";

  function guard(form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
    // Back from the browser's memory, the page may be sent again.
    window.addEventListener("pageshow", function () { delete form.dataset.sent; });
  }

  function start() {
    document.querySelectorAll("form[id$=_form][method=post]").forEach(guard);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
