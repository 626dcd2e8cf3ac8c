export * from "@cardwire/storage-card";
