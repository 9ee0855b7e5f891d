// The loop of steps for one pixel of a map; map_kernel.mjs does the same in JavaScript. Before it stand the objective's
// text (N, HELD, held, value_at, slope_at, curvature_at) and the rule's (OWN, own, begin_run, advance). With MINIMA the
// size of a point is its distance to the nearest of so many minima, without it the gradient's norm; with LASTING the
// larger one of the last two sizes counts. No branch stands inside the loop: processors pay for it, imitated ones most.
uniform highp sampler2D along;          // the numbers along the axes: row 0 across, row 1 up, from the top
uniform float numbers[2 + HELD + OWN];  // a pixel's numbers: its start, what is held, the hyperparameters
uniform ivec2 axes;                     // which two of them run along
uniform ivec2 size;                     // of the map, in pixels
uniform int first, columns, stride, wide;  // the cells of its grid: from which on, how many in a row, and in one here
uniform int steps;
uniform float far, tolerance, scale;    // sizes are compared times `scale`, whose squares neither overflow nor vanish
#ifdef MINIMA
uniform vec2 minima[MINIMA];
#endif
out vec4 answer;

// what is to become small
vec2 aim(vec2 theta, vec2 slope) {
#ifdef MINIMA
  vec2 nearest = theta - minima[0];
  for (int k = 1; k < MINIMA; ++k) {
    vec2 other = theta - minima[k];
    nearest = dot(other, other) < dot(nearest, nearest) ? other : nearest;
  }
  return nearest;
#else
  return slope;
#endif
}

// its length, of which neither the square overflows nor a small part is lost
float length_of(vec2 p) {
  float longer = max(abs(p.x), abs(p.y)), shorter = min(abs(p.x), abs(p.y));
  return longer > 0.0 ? longer * sqrt(1.0 + (shorter / longer) * (shorter / longer)) : longer;
}

// Comparisons are of the bits of numbers that are not negative: these have the numbers' order, with infinity and what is no
// number last, whatever a driver makes of arithmetic with them.
uint size_bits(float x) {
  return floatBitsToUint(x) & 0x7fffffffu;
}

// those of the square of its length, scaled
uint bits_of(vec2 p) {
  return size_bits(dot(scale * p, scale * p));
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
  vec2 theta = vec2(given[0], given[1]), slope = slope_at(theta), before = theta;
  vec2 begin = aim(theta, slope), now = begin, last = begin;
  uint beyond = floatBitsToUint(far), enough = bits_of(vec2(tolerance, 0.0)), least = bits_of(begin), earlier = least;
  bool arrived = least <= enough, within = true;
  int t = 0;
  while (t < steps && !arrived && within) {
    ++t;
    before = theta;
    advance(theta, slope, float(t));
    within = max(size_bits(theta.x), size_bits(theta.y)) <= beyond;
    slope = slope_at(theta);
    last = now;
    now = aim(theta, slope);
    earlier = least;
    least = bits_of(now);
#ifdef LASTING
    arrived = within && max(earlier, least) <= enough;
#else
    arrived = within && least <= enough;
#endif
  }
  float end = length_of(within ? now : last);
#ifdef LASTING
  end = within ? max(end, length_of(last)) : end;
#endif
  answer = vec4(within ? theta : before, within ? (arrived ? float(t) : -1.0) : -1.0 - float(t), end / length_of(begin));
}
