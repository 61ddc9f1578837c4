/* The export's page: all or none of the columns, and those OroCommerce does not know set aside for its profile. */
(function () {
  "use strict";

  function start() {
    var form = document.getElementById("export-form");
    if (!form) return;
    var boxes = Array.from(form.querySelectorAll("#export-columns input[type=checkbox]"));
    var tools = document.getElementById("export-all-none");
    var status = tools.querySelector("[role=status]");

    function usable() {
      return boxes.filter(function (box) { return !box.disabled; });
    }

    function count() {
      var all = usable();
      var chosen = all.filter(function (box) { return box.checked; });
      status.textContent = status.dataset.words.replace("%n", chosen.length).replace("%m", all.length);
    }

    function setAside() {
      var profile = form.querySelector("input[name=profile]:checked");
      var isOro = Boolean(profile) && profile.value === form.dataset.oro;
      boxes.forEach(function (box) {
        box.disabled = isOro && box.closest("label").hasAttribute("data-ours");
      });
      count();
    }

    tools.querySelectorAll("[data-tick]").forEach(function (button) {
      button.addEventListener("click", function () {
        usable().forEach(function (box) { box.checked = button.dataset.tick === "all"; });
        count();
      });
    });
    form.addEventListener("change", setAside);
    window.addEventListener("pageshow", setAside);
    tools.hidden = false;
    setAside();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
