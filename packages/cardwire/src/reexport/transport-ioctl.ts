export * from "@cardwire/transport-ioctl";
