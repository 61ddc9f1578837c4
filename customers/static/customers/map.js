/* The map beside a customer's addresses: an outline of the world that needs no network, tiles above it where the
   deployment names a server of tiles. Leaflet is fetched only where a map is. The list says the same in words. */
(function () {
  "use strict";
  if (window.hubMaps) {
    window.hubMaps();
    return;
  }

  var FAR = 5, NEAR = 8, STREET = 15;
  var fetched = {};

  function once(address, make) {
    fetched[address] = fetched[address] || make();
    return fetched[address];
  }

  function script(address) {
    return once(address, function () {
      return new Promise(function (done, failed) {
        var tag = document.createElement("script");
        tag.src = address;
        tag.onload = done;
        tag.onerror = failed;
        document.head.appendChild(tag);
      });
    });
  }

  function sheet(address) {
    return once(address, function () {
      return new Promise(function (done, failed) {
        var tag = document.createElement("link");
        tag.rel = "stylesheet";
        tag.href = address;
        tag.onload = done;
        tag.onerror = failed;
        document.head.appendChild(tag);
      });
    });
  }

  function outline(box) {
    return once(box.dataset.outline, function () {
      return fetch(box.dataset.outline).then(function (answer) { return answer.json(); });
    });
  }

  function escaped(text) {
    var holder = document.createElement("span");
    holder.textContent = text;
    return holder.innerHTML;
  }

  function choose(places, chosen) {
    places.forEach(function (place) {
      var isChosen = place === chosen;
      place.card.classList.toggle("hub-chosen", isChosen);
      if (isChosen) place.card.setAttribute("aria-current", "true");
      else place.card.removeAttribute("aria-current");
      place.marker.getElement().classList.toggle("hub-chosen", isChosen);
      place.marker.setZIndexOffset(isChosen ? 1000 : 0);
    });
  }

  function pin(map, card) {
    var at = [Number(card.dataset.latitude), Number(card.dataset.longitude)];
    var icon = L.divIcon({ className: "hub-pin", iconSize: [18, 18] });
    var marker = L.marker(at, { icon: icon, title: card.dataset.title, keyboard: true }).addTo(map);
    marker.getElement().setAttribute("aria-label", card.dataset.title);
    return { at: at, card: card, marker: marker };
  }

  function listen(map, places, closest) {
    places.forEach(function (place) {
      var button = place.card.querySelector("[data-show]");
      button.hidden = false;
      button.addEventListener("click", function () {
        choose(places, place);
        map.setView(place.at, Math.max(map.getZoom(), closest), { animate: false });
        map.getContainer().scrollIntoView({ block: "nearest" }); // on a phone it is below the list
      });
      place.marker.on("click keypress", function (event) {
        if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
        choose(places, place);
        place.card.scrollIntoView({ block: "nearest" });
        button.focus({ preventScroll: true });
      });
    });
  }

  function draw(box, world) {
    var closest = box.dataset.tiles ? STREET : NEAR;
    var map = L.map(box, { maxZoom: closest + 2, minZoom: 1, zoomSnap: 0.5, worldCopyJump: true, scrollWheelZoom: false });
    map.attributionControl.setPrefix(false);
    var land = topojson.feature(world, world.objects.countries);
    map.createPane("outline").style.zIndex = 100; // below tiles, where there are any
    L.geoJSON(land, { pane: "outline", interactive: false, style: { className: "hub-land", weight: 1 } }).addTo(map);
    if (box.dataset.tiles) {
      L.tileLayer(box.dataset.tiles, { attribution: escaped(box.dataset.attribution), maxZoom: 19 }).addTo(map);
    }
    map.setView([50, 15], FAR);
    var cards = Array.from(box.parentElement.querySelectorAll("[data-latitude]"));
    var places = cards.map(function (card) { return pin(map, card); });
    map.fitBounds(L.latLngBounds(places.map(function (place) { return place.at; })), { maxZoom: FAR, padding: [30, 30], animate: false });
    listen(map, places, closest);
  }

  function open(box) {
    if (box.dataset.drawn) return;
    box.dataset.drawn = "1";
    Promise.all([sheet(box.dataset.style), script(box.dataset.leaflet), script(box.dataset.topojson), outline(box)])
      .then(function (ready) { if (box.isConnected) draw(box, ready[3]); })
      .catch(function () { box.hidden = true; });
  }

  window.hubMaps = function () {
    document.querySelectorAll(".hub-map").forEach(open);
  };
  document.addEventListener("htmx:load", window.hubMaps);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", window.hubMaps);
  else window.hubMaps();
})();
