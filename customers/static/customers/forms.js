/* The customer's forms: ordered lists, flags that exclude each other, inherited values. */
(function () {
  "use strict";

  // --- rep ids ----------------------------------------------------------------------------------------------------
  function orderedList(box) {
    var items = box.querySelector("[data-items]");
    var fresh = box.querySelector("[data-new]");
    var reset = box.querySelector("[data-reset]");
    var state = box.querySelector("[data-state]");
    var sent = box.dataset.sent ? box.dataset.sent.split(";") : [];
    var template = makeTemplate();

    function makeTemplate() {
      var row = items.querySelector("[data-item]");
      if (row) return row.cloneNode(true);
      row = document.createElement("li");
      row.dataset.item = "";
      var input = fresh.cloneNode(false);
      input.removeAttribute("id");
      input.removeAttribute("data-new");
      row.append(input);
      [["move", "-1", "↑"], ["move", "1", "↓"], ["remove", "", "×"]].forEach(function (kind) {
        var button = document.createElement("button");
        button.type = "button";
        button.dataset[kind[0]] = kind[1];
        button.textContent = kind[2];
        row.append(button);
      });
      return row;
    }

    function rows() { return Array.from(items.querySelectorAll("[data-item]")); }
    function values() { return rows().map(function (row) { return row.querySelector("input").value.trim(); }); }

    function say() {
      if (reset) reset.value = "";
      var same = values().join(";") === sent.join(";");
      if (sent.length || reset) state.textContent = same && !reset ? state.dataset.fromSent : state.dataset.byHand;
      rows().forEach(function (row, index) {
        var input = row.querySelector("input"), origin = row.querySelector("[data-origin]");
        var known = sent.some(function (id) { return id.toLowerCase() === input.value.trim().toLowerCase(); });
        input.setAttribute("aria-label", "Rep id " + (index + 1));
        if (origin) {
          origin.textContent = known ? origin.dataset.sentWord : origin.dataset.handWord;
          origin.classList.toggle("hub-info", known);
        }
        row.querySelectorAll("button").forEach(function (button) {
          button.setAttribute("aria-label", (button.title || button.textContent) + " " + input.value);
        });
      });
    }

    function place(value) {
      var row = template.cloneNode(true);
      row.querySelector("input").value = value;
      row.querySelectorAll("button").forEach(function (button) { button.hidden = false; });
      row.draggable = true;
      items.append(row);
      return row;
    }

    function add() {
      var value = fresh.value.trim();
      if (!value) return fresh.focus();
      place(value);
      fresh.value = "";
      say();
      fresh.focus();
    }

    function move(row, step) {
      var other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
      if (!other) return;
      items.insertBefore(row, step < 0 ? other : other.nextElementSibling);
      say();
    }

    box.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (!button) return;
      var row = button.closest("[data-item]");
      if ("move" in button.dataset) { move(row, Number(button.dataset.move)); button.focus(); }
      if ("remove" in button.dataset) { row.remove(); say(); fresh.focus(); }
      if ("add" in button.dataset) add();
      if ("backToSent" in button.dataset) {
        items.replaceChildren();
        sent.forEach(place);
        say();
        reset.value = "1";
        state.textContent = state.dataset.back;
      }
    });
    box.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && event.target.matches("input")) {  // would save the whole form
        event.preventDefault();
        if (event.target === fresh) { add(); }
      }
      var row = event.target.closest("[data-item]");
      if (row && event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
        event.preventDefault();
        move(row, event.key === "ArrowUp" ? -1 : 1);
        event.target.focus();
      }
    });
    items.addEventListener("input", say);

    var dragged = null;
    items.addEventListener("dragstart", function (event) { dragged = event.target.closest("[data-item]"); });
    items.addEventListener("dragover", function (event) {
      var over = event.target.closest("[data-item]");
      if (!dragged || !over || over === dragged) return;
      event.preventDefault();
      var box = over.getBoundingClientRect();
      items.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextElementSibling);
    });
    items.addEventListener("dragend", function () { dragged = null; say(); });

    rows().forEach(function (row) { row.draggable = true; });
    box.querySelectorAll("button[hidden]").forEach(function (button) { button.hidden = false; });
  }

  // --- price lists: order by buttons ------------------------------------------------------------------------------
  function orderedRows(group) {
    var words = document.querySelector("[data-words]");
    function rows() {
      return Array.from(group.querySelectorAll(".form-group, tr.form-row")).filter(function (row) {
        return !row.matches(".empty-form") && !row.parentElement.closest(".form-group") && row.querySelector("input[name$=-position]");
      });
    }
    function renumber() {
      rows().forEach(function (row, index) { row.querySelector("input[name$=-position]").value = index + 1; });
    }
    function dress() {
      rows().forEach(function (row) {
        var input = row.querySelector("input[name$=-position]");
        if (row.querySelector("[data-move]")) return;
        var box = document.createElement("span");
        box.className = "hub-move";
        [["-1", "↑", "moveUp"], ["1", "↓", "moveDown"]].forEach(function (kind) {
          var button = document.createElement("button");
          button.type = "button";
          button.dataset.move = kind[0];
          button.textContent = kind[1];
          button.title = words ? words.dataset[kind[2]] : kind[1];
          button.setAttribute("aria-label", button.title);
          box.append(button);
        });
        input.after(box);
        input.parentElement.classList.add("hub-position");
        if (!Number(input.value)) renumber();
      });
    }
    function move(inside, step) {
      var all = rows(), row = all.find(function (one) { return one.contains(inside); });
      var other = row && all[all.indexOf(row) + step];
      if (!other) return;
      row.parentElement.insertBefore(row, step < 0 ? other : other.nextElementSibling);
      renumber();
      inside.focus();
    }
    group.addEventListener("click", function (event) {
      var button = event.target.closest("button[data-move]");
      if (button) move(button, Number(button.dataset.move));
    });
    group.addEventListener("keydown", function (event) {
      if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
      event.preventDefault();
      move(event.target, event.key === "ArrowUp" ? -1 : 1);
    });
    document.addEventListener("formset:added", dress);
    dress();
  }

  // --- addresses: one default per type, one primary; a default ticks its type -------------------------------------
  function addressFlags(group) {
    group.addEventListener("change", function (event) {
      var box = event.target;
      if (box.type !== "checkbox" || !box.name) return;
      var flag = box.name.split("-").pop();
      if (box.checked && ["is_primary", "is_default_billing", "is_default_shipping"].includes(flag)) {
        group.querySelectorAll("input[name$=-" + flag + "]").forEach(function (other) { if (other !== box) other.checked = false; });
      }
      var pair = { is_default_billing: ["is_billing", true], is_default_shipping: ["is_shipping", true],
                   is_billing: ["is_default_billing", false], is_shipping: ["is_default_shipping", false] }[flag];
      if (pair && box.checked === pair[1]) {
        var twin = group.querySelector("[name=" + CSS.escape(box.name.slice(0, -flag.length) + pair[0]) + "]");
        if (twin) twin.checked = pair[1];
      }
    });
  }

  // --- what the chosen group gives --------------------------------------------------------------------------------
  function inherited(form) {
    var note = form.querySelector("[data-inherited-url]");
    var group = form.querySelector("select[name=group]");
    if (!note || !group || !window.django || !django.jQuery) return;
    django.jQuery(group).on("change", function () {
      fetch(note.dataset.inheritedUrl + "?group=" + encodeURIComponent(group.value), { headers: { Accept: "application/json" } })
        .then(function (answer) { return answer.ok ? answer.json() : {}; })
        .then(function (labels) {
          Object.keys(labels).forEach(function (name) {
            var empty = form.querySelector("select[name=" + name + "] option[value='']");
            if (empty) empty.textContent = labels[name];
          });
        });
    });
  }

  function start() {
    document.querySelectorAll("[data-ordered]").forEach(orderedList);
    document.querySelectorAll("#price_lists-group").forEach(orderedRows);
    document.querySelectorAll("#addresses-group").forEach(addressFlags);
    document.querySelectorAll("form[id$=_form]").forEach(inherited);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
