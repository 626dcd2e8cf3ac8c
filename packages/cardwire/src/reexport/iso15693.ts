export * from "@cardwire/iso15693";
