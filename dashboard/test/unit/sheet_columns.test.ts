import { describe, expect, test } from "vitest";
import { headerOf, type Mapping, mapped, withoutUnused } from "../../src/pages/sheet_columns";

describe("a sheet's columns", () => {
  test("one that is left out has a name that means nothing; the rows stay as they are", () => {
    expect(withoutUnused("sku,price,amount\nA,1,2\n", ["sku", "price", "amount"], ["sku"])).toBe('"sku","(price)","(amount)"\nA,1,2\n');
  });
  test.each([
    ['"SKU";"Price; net";"Say ""hi"""\r\nA;1;2', ["SKU", "Price; net", 'Say "hi"'], '"SKU";"Price; net";"(Say ""hi"")"\r\nA;1;2'],
    ['sku\t"two\nlines"\nA\t1', ["sku", "two\nlines"], '"sku"\t"(two\nlines)"\nA\t1'],
    ["sku", ["sku"], '"sku"'],
    ['sku,"never closed', ["sku", "never closed"], '"sku","(never closed)"'],
    ["sku,\nA,1", ["sku", ""], '"sku","()"\nA,1'],
    ['"sku" ,"name"x\nA,1', ["sku", "name"], '"sku","(name)"\nA,1'],
  ])("%j keeps its separator, quotes and line ends", (sheet, header, wanted) => {
    expect(withoutUnused(sheet, header, ["sku", "SKU", "Price; net"])).toBe(wanted);
  });
  test.each([
    ["ref,Title,price\nA,1,2\n", ["ref", "Title", "price"]],
    ['"Ref";"Price; net";"Say ""hi"""\r\nA;1;2', ["Ref", "Price; net", 'Say "hi"']],
    ['ref\t"two\nlines"\t\nA\t1', ["ref", "two\nlines", ""]],
    [" ref , name", ["ref", "name"]],
    ['ref,"never closed', ["ref", "never closed"]],
    ["", [""]],
  ])("%j has a header", (sheet, wanted) => expect(headerOf(sheet)).toEqual(wanted));
  test("of two with one name the first is meant", () => {
    expect(withoutUnused("sku,price,price\nA,1,2", ["sku", "price", "price"], ["sku", "price"])).toBe('"sku","price","(price)"\nA,1,2');
  });
  test("a column is one field at most, and a field may be none", () => {
    type Field = "sku" | "name" | "price";
    const first: Mapping<Field> = { sku: "Code", name: "Title", price: "Amount" };
    expect(mapped<Field>(first, "name", "Amount")).toEqual({ sku: "Code", name: "Amount" });
    expect(mapped<Field>(first, "price", "")).toEqual({ ...first, price: "" });
    expect(mapped<Field>(mapped<Field>(first, "price", ""), "name", "")).toEqual({ sku: "Code", name: "", price: "" });
  });
});
