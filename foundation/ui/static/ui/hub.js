/* Small repairs that no template reaches; loaded on every page, before or after the parts it mends. */
(function () {
  "use strict";

  // A polled part whose session has ended is answered by the sign-in page: go there instead of drawing it inside.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var asked = new URL(event.detail.pathInfo.requestPath, location.href).pathname;
    var answered = new URL(event.detail.xhr.responseURL || location.href, location.href).pathname;
    if (asked !== answered) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });

  // Select2 (autocomplete fields) opens a search field and a box without names.
  function nameAutocomplete(box) {
    var select = box.previousElementSibling;
    var label = select && select.id && document.querySelector('label[for="' + CSS.escape(select.id) + '"]');
    var cell = select && select.closest("[data-label]");
    var name = label ? label.textContent : cell ? cell.dataset.label : document.title;
    box.querySelectorAll(".select2-selection__rendered[role], input.select2-search__field").forEach(function (part) {
      if (!part.hasAttribute("aria-label")) part.setAttribute("aria-label", name.trim());
    });
  }

  // Fields of a table of records have a column's head for a label; the column of delete boxes has no head at all.
  function nameCells(row) {
    var heads = row.closest("table").querySelectorAll("thead th");
    row.querySelectorAll("td").forEach(function (cell) {
      var head = heads[cell.cellIndex];
      var name = cell.dataset.label || (head ? head.textContent.trim() : "");
      cell.querySelectorAll("input:not([type=hidden], [aria-label]), select:not([aria-label]), textarea:not([aria-label])").forEach(function (field) {
        if (name && !field.labels.length) field.setAttribute("aria-label", name);
      });
      if (name && head && !head.textContent.trim()) {
        var word = document.createElement("span");
        word.className = "hub-sr";
        word.textContent = name;
        head.appendChild(word);
      }
    });
  }

  // Things one can click but not reach by keyboard (Unfold's menu and filter openers).
  function openByKeyboard(element) {
    if (element.matches("a[href], button, input, select, textarea, label, summary") || element.hasAttribute("tabindex")) return;
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", "0");
    element.addEventListener("keydown", function (event) {
      if (event.target === element && (event.key === "Enter" || event.key === " ")) {
        event.preventDefault();
        element.click();
      }
    });
  }

  // The icon font spells its icons out (“close”): silent where words stand beside them.
  function silenceIcon(icon) {
    var around = icon.parentElement;
    if (around && around.textContent.trim() !== icon.textContent.trim()) icon.setAttribute("aria-hidden", "true");
  }

  // Unfold's scroll areas call themselves landmarks, all by one name; Django's tooltips have a name but no role.
  function rightRoles(root) {
    root.querySelectorAll('.simplebar-content-wrapper[role="region"]').forEach(function (area) {
      area.removeAttribute("role");
      area.removeAttribute("aria-label");
    });
    root.querySelectorAll("span.help-tooltip[aria-label]:not([role])").forEach(function (tip) {
      tip.setAttribute("role", "img");
    });
  }

  // Unfold writes a chosen file's name into the text field that its own file fields have; ours show the name
  // themselves. By this property Unfold marks fields it has dealt with.
  function leaveFileAlone(field) {
    field.hasChangeListener = true;
  }

  function mend(root) {
    rightRoles(root);
    root.querySelectorAll(".hub-form input[type=file]").forEach(leaveFileAlone);
    root.querySelectorAll(".material-symbols-outlined:not([x-on\\:click], [aria-hidden])").forEach(silenceIcon);
    root.querySelectorAll(".select2-container").forEach(nameAutocomplete);
    root.querySelectorAll('[data-inline-type="tabular"] tr.form-row').forEach(nameCells);
    root.querySelectorAll("span[x-on\\:click], div[x-on\\:click], a[x-on\\:click]:not([href])").forEach(openByKeyboard);
  }

  function start() {
    mend(document);
    new MutationObserver(function (changes) {
      changes.forEach(function (change) {
        if (change.addedNodes.length) mend(change.target);
      });
    }).observe(document.body, { childList: true, subtree: true });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
