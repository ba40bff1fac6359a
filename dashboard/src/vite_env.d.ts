/// <reference types="vite/client" />
declare const __PARTS__: boolean;
