// A slider for each threshold, in step with its number. The number is what is sent; empty is never.

for (const number of document.querySelectorAll("[data-slider]")) {
  const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 1, step: 0.01 });
  slider.setAttribute("aria-label", `${number.getAttribute("aria-label")}, as a slider`);
  number.after(slider);

  const follow = () => {
    const score = Number.parseFloat(number.value.replace(",", "."));
    const never = Number.isNaN(score);
    slider.value = never ? 1 : score;
    slider.classList.toggle("never", never);
    slider.setAttribute("aria-valuetext", never ? "never" : number.value);
  };
  number.addEventListener("input", follow);
  slider.addEventListener("input", () => {
    number.value = slider.value;
    follow();
  });
  follow();
}
