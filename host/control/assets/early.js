// Runs before the first paint and before any frame: the chosen colours, and a place for what frames say before the page's
// modules are there to hear it.
(function () {
  var root = document.documentElement;
  var chosen = null;
  try { chosen = localStorage.getItem("kandra.theme"); } catch { /* storage is off: automatic colours */ }
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  root.classList.add("scripts");
  window.kandraEarly = [];
  window.addEventListener("message", function (event) {
    if (window.kandraEarly && window.kandraEarly.length < 2000) window.kandraEarly.push(event);
  });
})();
