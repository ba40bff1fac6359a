// Stripe's request bodies: application/x-www-form-urlencoded with brackets, line_items[0][price_data][currency]=usd.

const deepest = 8;
const most_fields = 1000;

// -> the nested value (objects without a prototype, arrays), or {wrong: message}
export function read_form(text) {
  const fields = [...new URLSearchParams(text)];
  if (fields.length > most_fields) return { wrong: "Too many parameters" };
  const root = Object.create(null);
  for (const [name, value] of fields) {
    const path = path_of(name);
    if (!path || path.length > deepest) return { wrong: `Invalid parameter name: ${name.slice(0, 100)}` };
    if (!put(root, path, value)) return { wrong: `Conflicting parameter: ${name.slice(0, 100)}` };
  }
  return { value: with_arrays(root) };
}

function path_of(name) {
  const found = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  return found ? [found[1], ...[...found[2].matchAll(/\[([^[\]]*)\]/g)].map(([, part]) => part)] : undefined;
}

function put(root, path, value) {
  let at = root;
  for (const [index, part] of path.entries()) {
    const key = part === "" ? String(Object.keys(at).length) : part;
    const is_last = index === path.length - 1;
    if (is_last) {
      if (key in at) return false;
      at[key] = value;
      return true;
    }
    at[key] ??= Object.create(null);
    if (typeof at[key] !== "object") return false;
    at = at[key];
  }
  return true;
}

// {"0": a, "1": b} -> [a, b]
function with_arrays(value) {
  if (typeof value !== "object") return value;
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key, index) => key === String(index))) return keys.map((key) => with_arrays(value[key]));
  for (const key of keys) value[key] = with_arrays(value[key]);
  return value;
}
