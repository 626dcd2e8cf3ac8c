/*
 * Stands in for libudev in a pcscd under test (LD_PRELOAD): USB readers come and go as a test says. No device is there
 * at the start. Each line that the test writes into the FIFO $CARDWIRE_HOTPLUG is "add SERIAL PATH" or
 * "remove SERIAL PATH"; PATH is what the driver is given as the device (for ifd-socket.c: the socket).
 */
#include <fcntl.h>
#include <libudev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* one that the bundle made by build-daemons.sh claims */
#define VENDOR "cafe"
#define PRODUCT "0001"

struct udev_device {
    char action[8];
    char serial[64];
    char path[128];
};

static int monitor_fd = -1;
static char something;

struct udev *udev_new(void) { return (struct udev *)&something; }
struct udev *udev_unref(struct udev *udev) { return (void)udev, NULL; }

struct udev_enumerate *udev_enumerate_new(struct udev *udev) { return (void)udev, (struct udev_enumerate *)&something; }
struct udev_enumerate *udev_enumerate_unref(struct udev_enumerate *enumerate) { return (void)enumerate, NULL; }
int udev_enumerate_add_match_subsystem(struct udev_enumerate *enumerate, const char *subsystem)
{
    return (void)enumerate, (void)subsystem, 0;
}
int udev_enumerate_scan_devices(struct udev_enumerate *enumerate) { return (void)enumerate, 0; }
struct udev_list_entry *udev_enumerate_get_list_entry(struct udev_enumerate *enumerate)
{
    return (void)enumerate, NULL;
}

struct udev_monitor *udev_monitor_new_from_netlink(struct udev *udev, const char *name)
{
    const char *path = getenv("CARDWIRE_HOTPLUG");
    (void)udev, (void)name;
    if (monitor_fd < 0 && path)
        /* for writing, too: it stays open while nobody writes */
        monitor_fd = open(path, O_RDWR | O_CLOEXEC);
    return monitor_fd < 0 ? NULL : (struct udev_monitor *)&something;
}
struct udev_monitor *udev_monitor_unref(struct udev_monitor *monitor) { return (void)monitor, NULL; }
int udev_monitor_filter_add_match_subsystem_devtype(struct udev_monitor *monitor, const char *subsystem,
                                                    const char *type)
{
    return (void)monitor, (void)subsystem, (void)type, 0;
}
int udev_monitor_enable_receiving(struct udev_monitor *monitor) { return (void)monitor, 0; }
int udev_monitor_get_fd(struct udev_monitor *monitor) { return (void)monitor, monitor_fd; }

struct udev_device *udev_monitor_receive_device(struct udev_monitor *monitor)
{
    char line[256];
    size_t length = 0;
    struct udev_device *device;
    (void)monitor;
    while (length < sizeof line - 1 && read(monitor_fd, line + length, 1) == 1 && line[length] != '\n')
        length++;
    line[length] = 0;
    device = calloc(1, sizeof *device);
    if (device && sscanf(line, "%7s %63s %127s", device->action, device->serial, device->path) == 3)
        return device;
    free(device);
    return NULL;
}

struct udev_device *udev_device_unref(struct udev_device *device)
{
    free(device);
    return NULL;
}
struct udev_device *udev_device_new_from_syspath(struct udev *udev, const char *path)
{
    return (void)udev, (void)path, NULL;
}
struct udev_device *udev_device_get_parent_with_subsystem_devtype(struct udev_device *device, const char *subsystem,
                                                                  const char *type)
{
    return (void)subsystem, (void)type, device;
}
const char *udev_device_get_action(struct udev_device *device) { return device->action; }
const char *udev_device_get_sysname(struct udev_device *device) { return device->serial; }
const char *udev_device_get_devnode(struct udev_device *device) { return device->path; }
const char *udev_device_get_property_value(struct udev_device *device, const char *key)
{
    return (void)device, (void)key, NULL;
}
const char *udev_device_get_sysattr_value(struct udev_device *device, const char *attribute)
{
    if (strcmp(attribute, "idVendor") == 0)
        return VENDOR;
    if (strcmp(attribute, "idProduct") == 0)
        return PRODUCT;
    return strcmp(attribute, "serial") == 0 ? device->serial : NULL;
}
