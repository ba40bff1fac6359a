import { ImageOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useApi } from "../api/hooks";
import { show_product_image } from "../api/operations";
import { useHere } from "../app/business";
import { names } from "../lib/names";

/** A picture of a product: read with the access token, which an <img> cannot send. */
export function ProductImage({ product_id, image_id, alt, className }: { product_id: string; image_id: string; alt: string; className?: string }) {
  const { business_id } = useHere();
  const { data, error } = useApi(show_product_image, { business_id, product_id, image_id }, { staleMs: Number.POSITIVE_INFINITY });
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!(data instanceof Blob)) return;
    const made = URL.createObjectURL(data);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [data]);
  return (
    <span className={names("flex shrink-0 items-center justify-center overflow-hidden bg-sunken text-ink-faint", className)}>
      {error ? <ImageOff aria-label={alt} className="size-5" /> : url && <img src={url} alt={alt} className="size-full object-cover" />}
    </span>
  );
}
