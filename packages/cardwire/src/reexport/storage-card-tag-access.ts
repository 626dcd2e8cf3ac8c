export * from "@cardwire/storage-card/tag-access";
