// Stripe's units: ISO minor units but for a few currencies. An amount of the API <-> ISO minor units.

import { digits_of } from "./currencies.mjs";

const whole_only = ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];
const two_zeros = ["ISK", "UGX"];              // written with two decimals for the sake of old programs, which must be 00
const last_zero = ["BHD", "JOD", "KWD", "OMR", "TND"];
const others = ["USD", "EUR", "GBP", "NGN", "GHS", "KES", "ZAR", "EGP", "MAD", "TZS", "ZMW", "CAD", "AUD", "NZD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF",
  "INR", "BRL", "MXN", "SGD", "HKD", "AED", "SAR", "ILS", "TRY", "CNY", "THB", "IDR", "MYR", "PHP", "ARS", "COP", "PEN", "XCD"];
const known = new Set([...whole_only, ...two_zeros, ...last_zero, ...others]);
const most = 99_999_999;

function digits_at_stripe(currency) {
  if (whole_only.includes(currency)) return 0;
  return two_zeros.includes(currency) ? 2 : digits_of(currency);
}

export function is_currency(lower_case) {
  return typeof lower_case === "string" && lower_case === lower_case.toLowerCase() && known.has(lower_case.toUpperCase());
}

// amount: of the API. -> what is wrong with it, {code, message}, or undefined
export function wrong_amount(amount, currency) {
  if (two_zeros.includes(currency) && amount % 100 !== 0) return { code: "invalid_charge_amount_no_decimal_compatible", message: `Amounts in ${currency} must end in 00` };
  if (last_zero.includes(currency) && amount % 10 !== 0) return { code: "invalid_charge_amount", message: `Amounts in ${currency} must end in 0` };
  if (amount > most) return { code: "amount_too_large", message: "The amount has more than eight digits" };
  return undefined;
}

export function minor_of_stripe(amount, currency) {
  return Math.round(amount * 10 ** (digits_of(currency) - digits_at_stripe(currency)));
}

export function stripe_of_minor(minor, currency) {
  return Math.round(minor * 10 ** (digits_at_stripe(currency) - digits_of(currency)));
}
