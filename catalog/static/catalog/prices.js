/* The table of prices: Enter goes down a row, touched rows are marked and counted, leaving with unsaved ones asks. */
(function () {
  "use strict";

  function start() {
    var form = document.querySelector("[data-price-table]");
    if (!form) return;
    var state = form.querySelector("[data-touched]");
    var saving = false;

    function rows() { return Array.from(form.querySelectorAll("tr[data-price]")); }
    function isTouched(row) {
      return Array.from(row.querySelectorAll("input:not([type=hidden])")).some(function (field) {
        return field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
      });
    }
    function look() {
      var touched = 0;
      rows().forEach(function (row) {
        var is = isTouched(row) || row.dataset.price === "sent";
        row.classList.toggle("hub-touched", is);
        touched += is ? 1 : 0;
      });
      if (state) state.textContent = touched ? state.dataset.some.replace("%d", touched) : state.dataset.none;
      return touched;
    }

    form.addEventListener("input", look);
    form.addEventListener("change", look);
    form.addEventListener("submit", function () { saving = true; });
    form.addEventListener("keydown", function (event) {
      var field = event.target;
      if (!field.matches("input.hub-amount")) return;
      var step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      var all = rows(), at = all.indexOf(field.closest("tr"));
      var next = all[at + step];
      var name = field.name.split("-").pop();
      if (next) {
        var target = next.querySelector("input[name$=-" + name + "]:not([type=hidden])");
        target.focus();
        target.select();
      }
    });
    window.addEventListener("beforeunload", function (event) {
      if (!saving && rows().some(isTouched)) event.preventDefault();
    });
    look();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
