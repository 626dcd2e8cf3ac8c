export * from "@cardwire/ioctl";
