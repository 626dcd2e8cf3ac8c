export * from "@cardwire/ioctl/features";
