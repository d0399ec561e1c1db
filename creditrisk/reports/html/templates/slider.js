"use strict";
(function () {
  const control = document.getElementById("cutoff-control");
  const points = JSON.parse(document.getElementById("cutoff-points").textContent);
  function show() {
    const point = points[Number(control.value)];
    for (const [id, text] of Object.entries(point.texts)) {
      document.getElementById(id).textContent = text;
    }
    for (const [id, place] of Object.entries(point.places)) {
      document.getElementById(id).setAttribute("transform", "translate(" + place + ")");
    }
    control.setAttribute("aria-valuetext", point.words);
  }
  control.addEventListener("input", show);
  control.disabled = false;
  show();
})();
