/* Turns a picture in space by hand: drag, finger and arrow keys; what is no drag is a click. */

const TURNS = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, 5], ArrowDown: [0, -5] };
const STILL = 4; // pixels; a hand that moves less than this clicks
const FLAT = 5; // degrees; from lower than this nothing is seen of the floor

/**
 * `at()` has {turn, tilt}, in degrees; `onTurn({turn, tilt})` hears how the picture is turned, `onHold(held)` when a drag
 * begins and ends, `onClick(x, y)` where it is clicked. The style sheet leaves a finger's way up and down to the page: one
 * that begins sideways turns the picture, and then tilts it too; of several the first alone.
 */
export function orbit(canvas, { at, onTurn, onHold, onClick }) {
  let [held, dragged] = [null, false];
  const turned = (turn, tilt) => onTurn({ turn: ((Math.round(turn) % 360) + 540) % 360 - 180,
    tilt: Math.min(90, Math.max(FLAT, Math.round(tilt))) });
  canvas.addEventListener("pointerdown", (event) => {
    if (held || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    held = { id: event.pointerId, x: event.clientX, y: event.clientY, turn: at().turn, tilt: at().tilt };
    dragged = false;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== held?.id) return;
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!dragged && Math.hypot(dx, dy) < STILL) return;
    if (!dragged) onHold(true);
    dragged = true;
    turned(held.turn + dx / 2, held.tilt + dy / 2.5);
  });
  canvas.addEventListener("lostpointercapture", (event) => {
    if (event.pointerId !== held?.id) return;
    held = null;
    if (dragged) onHold(false);
  });
  canvas.addEventListener("click", (event) => dragged || onClick(event.offsetX, event.offsetY));
  canvas.addEventListener("keydown", (event) => {
    const by = TURNS[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    turned(at().turn + by[0], at().tilt + by[1]);
  });
}
