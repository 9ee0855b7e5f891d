float larger(float a, float b) {
  return a >= b ? a : (a < b ? b : a + b);
}

float smaller(float a, float b) {
  return a <= b ? a : (a > b ? b : a + b);
}

float signum(float x) {
  return x > 0.0 ? 1.0 : (x < 0.0 ? -1.0 : x);
}

float root(float x) {
  return x < 0.0 ? uintBitsToFloat(0x7fc00000u) : sqrt(x);
}

float logarithm(float x) {
  return x > 0.0 ? log(x) : uintBitsToFloat(x < 0.0 ? 0x7fc00000u : 0xff800000u);
}

float power(float a, float b) {
  float size = a == 0.0 ? (b > 0.0 ? 0.0 : (b < 0.0 ? uintBitsToFloat(0x7f800000u) : 1.0)) : pow(abs(a), b);
  bool whole = floor(b) == b, odd = whole && floor(0.5 * b) != 0.5 * b;
  return a < 0.0 ? (whole ? (odd ? -size : size) : uintBitsToFloat(0x7fc00000u)) : size;
}

// sin or, from a quarter later, cos: the built-in ones may be wrong by 2e-4, these are not by 1e-7 (|x| < 5000)
float wave(float x, int quarter) {
  float k = floor(0.63661977 * x + 0.5);
  float y = ((x - k * 1.5703125) - k * 4.837512969970703e-4) - k * 7.54978995489188e-8;
  float z = y * y;
  int turns = (int(abs(k) < 1e6 ? k : 0.0) + quarter) & 3;
  float s = y + y * z * (-0.16666654611 + z * (8.3321608736e-3 + z * -1.9515295891e-4));
  float c = 1.0 - 0.5 * z + z * z * (4.166664568298827e-2 + z * (-1.388731625493765e-3 + z * 2.443315711809948e-5));
  float size = (turns & 1) == 1 ? c : s;
  return abs(k) < 1e6 ? (turns >= 2 ? -size : size) : (quarter == 1 ? cos(x) : sin(x));
}

float sine(float x) {
  return wave(x, 0);
}

float cosine(float x) {
  return wave(x, 1);
}

float tangent(float x) {
  return wave(x, 0) / wave(x, 1);
}

// the built-in one may be no number where its exponentials overflow
float tangent_hyperbolic(float x) {
  return abs(x) > 10.0 ? signum(x) : tanh(x);
}
