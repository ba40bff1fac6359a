import { names } from "../lib/names";
import { useWords } from "../words/provider";

export type Channel = "messenger" | "instagram" | "whatsapp";

const marks: Record<Channel, { back: string; path: string }> = {
  messenger: {
    back: "bg-[#0a6cdc]",
    path: "M8 2.6C4.9 2.6 2.5 4.8 2.5 7.6c0 1.5.7 2.8 1.8 3.7v2.1l1.8-1c.6.2 1.2.3 1.9.3 3.1 0 5.5-2.2 5.5-5.1S11.1 2.6 8 2.600Zm.6 6.7-1.4-1.5-2.7 1.5 3-3.2 1.4 1.5 2.7-1.500Z",
  },
  instagram: {
    back: "bg-[#c1307c]",
    path: "M5.6 3h4.800A2.6 2.6 0 0 1 13 5.600v4.800a2.6 2.6 0 0 1-2.6 2.600H5.600A2.6 2.6 0 0 1 3 10.400V5.600A2.6 2.6 0 0 1 5.6 3Zm0 1.200c-.8 0-1.4.6-1.4 1.400v4.800c0 .8.6 1.4 1.4 1.400h4.800c.8 0 1.4-.6 1.4-1.400V5.600c0-.8-.6-1.4-1.4-1.400ZM8 5.700a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.600Zm0 1.100a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.400Z",
  },
  whatsapp: {
    back: "bg-[#12803f]",
    path: "M8 2.700a5.2 5.2 0 0 0-4.5 7.800L2.8 13.200l2.8-.7A5.2 5.2 0 1 0 8 2.700Zm3 7.300c-.4.8-1.5.9-2.3.6-1.8-.7-3-1.9-3.6-3.4-.3-.9.1-1.8.7-2.1.3-.1.6-.1.8.3l.5 1.100c.1.2 0 .4-.5 1 .4.9 1 1.5 2 1.9.5-.6.7-.7 1-.6l1.1.5c.3.2.4.4.3.700Z",
  },
};

export function ChannelMark({ channel, className }: { channel: Channel; className?: string }) {
  const { t } = useWords();
  const { back, path } = marks[channel];
  return (
    <span
      role="img"
      aria-label={t(`channel.${channel}`)}
      title={t(`channel.${channel}`)}
      className={names("inline-flex size-4.5 shrink-0 items-center justify-center rounded-full text-white", back, className)}
    >
      <svg aria-hidden="true" viewBox="0 0 16 16" className="size-full" fill="currentColor" fillRule="evenodd">
        <path d={path} />
      </svg>
    </span>
  );
}
