// The loop of steps for one pixel of a map; map_kernel.mjs does the same in JavaScript. Before it stand the objective's
// text (N, HELD, held, value_at, slope_at, curvature_at) and the rule's (OWN, own, begin_run, advance).
uniform highp sampler2D along;          // the numbers along the axes: row 0 across, row 1 up, from the top
uniform float numbers[2 + HELD + OWN];  // a pixel's numbers: its start, what is held, the hyperparameters
uniform ivec2 axes;                     // which two of them run along
uniform ivec2 size;                     // of the map, in pixels
uniform int first, columns, stride, wide;  // the cells of its grid: from which on, how many in a row, and in one here
uniform int steps;
uniform float tolerance, far;
uniform bool by_distance, lasting;
uniform int minima_known;
uniform vec2 minima[32];
out vec4 answer;

// a length, of which neither the square overflows nor a small part is lost
float length_of(vec2 p) {
  float longer = max(abs(p.x), abs(p.y)), shorter = min(abs(p.x), abs(p.y));
  return longer > 0.0 ? longer * sqrt(1.0 + (shorter / longer) * (shorter / longer)) : longer;
}

float size_at(vec2 theta, vec2 slope) {
  if (!by_distance) return length_of(slope);
  float least = 3e38;
  for (int k = 0; k < 32; ++k) {
    if (k >= minima_known) break;
    least = min(least, length_of(theta - minima[k]));
  }
  return least;
}

void main() {
  int cell = first + int(gl_FragCoord.y) * wide + int(gl_FragCoord.x);
  ivec2 pixel = min(ivec2(cell % columns, cell / columns) * stride + stride / 2, size - 1);
  float across = texelFetch(along, ivec2(pixel.x, 0), 0).r, up = texelFetch(along, ivec2(pixel.y, 1), 0).r;
  float given[2 + HELD + OWN];
  for (int k = 0; k < 2 + HELD + OWN; ++k) given[k] = k == axes.x ? across : k == axes.y ? up : numbers[k];
  for (int k = 0; k < HELD; ++k) held[k] = given[2 + k];
  for (int k = 0; k < OWN; ++k) own[k] = given[2 + HELD + k];
  begin_run();
  vec2 theta = vec2(given[0], given[1]), slope = slope_at(theta);
  float begin = size_at(theta, slope), now = begin, last = begin, code = now <= tolerance ? 0.0 : -1.0;
  for (int t = 1; t <= 1000000; ++t) {
    if (t > steps || code != -1.0) break;
    vec2 before = theta;
    advance(theta, slope, float(t));
    // "within bounds" is asked, not its opposite: no comparison holds for what is no number
    if (abs(theta.x) <= far && abs(theta.y) <= far) {
      slope = slope_at(theta);
      last = now;
      now = size_at(theta, slope);
      if ((lasting && last > now ? last : now) <= tolerance) code = float(t);
    } else {
      code = -1.0 - float(t);
      theta = before;
    }
  }
  answer = vec4(theta, code, (lasting && last > now ? last : now) / begin);
}
