/*
 * cwbridge.sys: smart card reader devices whose behaviour lives in a program.
 *
 * Each device that is installed of this driver is a unit: a PnP function device with an interface of
 * GUID_DEVINTERFACE_SMARTCARD_READER, which the program switches on and off. Every open, close and I/O control of a unit
 * is handed to the program, which has \\.\CardwireBridge open:
 *
 *   BRIDGE_NEXT    out: struct event, then its input bytes. Pends until there is one.
 *   BRIDGE_DONE    in: id, NTSTATUS, output bytes. Ends the request of that id; NOT_FOUND when it has ended already.
 *   BRIDGE_ENABLE  in: unit, 0 or 1. Switches the unit's interface off or on.
 *
 * For tests, and under Wine only: it trusts its program.
 */
#include <ntddk.h>

static const GUID reader_interface = {0x50dd5230, 0xba8a, 0x11d1, {0xbf, 0x5d, 0x00, 0x00, 0xf8, 0x05, 0xf5, 0x30}};

#define BRIDGE_NEXT CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define BRIDGE_DONE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define BRIDGE_ENABLE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)

#define POOL_TAG 'rbwc'
#define MAX_UNITS 4
#define SMARTCARD_DEVICE 0x31

enum { EVENT_OPEN = 0, EVENT_CLOSE = 1, EVENT_IOCTL = 2, EVENT_CANCELLED = 3 };

/* what BRIDGE_NEXT gives; id is 0 for a close, which nobody answers */
struct event
{
    ULONG id;
    ULONG kind;
    ULONG unit;
    ULONG session; /* one per handle */
    ULONG code;
    ULONG output_length;
    ULONG input_length;
};

struct queued_event
{
    LIST_ENTRY entry;
    struct event event;
    UCHAR input[1];
};

/* a caller's IRP that the program has not answered yet */
struct request
{
    LIST_ENTRY entry;
    ULONG id;
    ULONG kind;
    DEVICE_OBJECT *device;
    IRP *irp;
};

struct extension
{
    BOOLEAN is_control;
    BOOLEAN is_started;
    ULONG unit;
    DEVICE_OBJECT *lower;
    UNICODE_STRING interface_link;
};

/* everything below is guarded by it */
static KSPIN_LOCK lock;
static LIST_ENTRY events;   /* struct queued_event, for the program */
static LIST_ENTRY listeners; /* IRPs of BRIDGE_NEXT */
static LIST_ENTRY requests; /* struct request */
static ULONG next_id = 1, next_session = 1;
static LONG programs;
static DEVICE_OBJECT *units[MAX_UNITS];
static BOOLEAN wanted[MAX_UNITS]; /* which interfaces are to be on */

static NTSTATUS complete(IRP *irp, NTSTATUS status, ULONG_PTR information)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/* gives queued events to listeners, as long as there are both */
static void deliver(void)
{
    for (;;)
    {
        struct queued_event *queued;
        ULONG length, room;
        IRP *listener;
        KIRQL irql;

        KeAcquireSpinLock(&lock, &irql);
        if (IsListEmpty(&events) || IsListEmpty(&listeners))
        {
            KeReleaseSpinLock(&lock, irql);
            return;
        }
        listener = CONTAINING_RECORD(RemoveHeadList(&listeners), IRP, Tail.Overlay.ListEntry);
        if (!IoSetCancelRoutine(listener, NULL))
        {
            /* being cancelled: its routine takes it out of a list once more */
            InitializeListHead(&listener->Tail.Overlay.ListEntry);
            KeReleaseSpinLock(&lock, irql);
            continue;
        }
        queued = CONTAINING_RECORD(RemoveHeadList(&events), struct queued_event, entry);
        KeReleaseSpinLock(&lock, irql);

        length = sizeof(struct event) + queued->event.input_length;
        room = IoGetCurrentIrpStackLocation(listener)->Parameters.DeviceIoControl.OutputBufferLength;
        if (length <= room)
        {
            UCHAR *out = listener->AssociatedIrp.SystemBuffer;
            RtlCopyMemory(out, &queued->event, sizeof(struct event));
            RtlCopyMemory(out + sizeof(struct event), queued->input, queued->event.input_length);
            complete(listener, STATUS_SUCCESS, length);
        }
        else complete(listener, STATUS_BUFFER_TOO_SMALL, 0);
        ExFreePoolWithTag(queued, POOL_TAG);
    }
}

static BOOLEAN tell(const struct event *event, const void *input)
{
    struct queued_event *queued;
    KIRQL irql;

    queued = ExAllocatePoolWithTag(NonPagedPool, sizeof(*queued) + event->input_length, POOL_TAG);
    if (!queued) return FALSE;
    queued->event = *event;
    if (event->input_length) RtlCopyMemory(queued->input, input, event->input_length);
    KeAcquireSpinLock(&lock, &irql);
    InsertTailList(&events, &queued->entry);
    KeReleaseSpinLock(&lock, irql);
    deliver();
    return TRUE;
}

static void tell_cancelled(ULONG id)
{
    struct event event = {id, EVENT_CANCELLED};
    tell(&event, NULL);
}

static void NTAPI cancel_listener(DEVICE_OBJECT *device, IRP *irp)
{
    KIRQL irql;

    IoReleaseCancelSpinLock(irp->CancelIrql);
    KeAcquireSpinLock(&lock, &irql);
    RemoveEntryList(&irp->Tail.Overlay.ListEntry);
    KeReleaseSpinLock(&lock, irql);
    complete(irp, STATUS_CANCELLED, 0);
}

static void NTAPI cancel_request(DEVICE_OBJECT *device, IRP *irp)
{
    struct request *request = NULL;
    LIST_ENTRY *entry;
    KIRQL irql;

    IoReleaseCancelSpinLock(irp->CancelIrql);
    KeAcquireSpinLock(&lock, &irql);
    for (entry = requests.Flink; entry != &requests; entry = entry->Flink)
    {
        request = CONTAINING_RECORD(entry, struct request, entry);
        if (request->irp == irp) break;
        request = NULL;
    }
    if (request) RemoveEntryList(&request->entry);
    KeReleaseSpinLock(&lock, irql);
    if (!request) return;
    tell_cancelled(request->id);
    ExFreePoolWithTag(request, POOL_TAG);
    complete(irp, STATUS_CANCELLED, 0);
}

/* takes a request out that fits what is not NULL or 0, with its IRP not cancellable any more */
static struct request *take_request(ULONG id, DEVICE_OBJECT *device, FILE_OBJECT *file)
{
    LIST_ENTRY *entry;
    KIRQL irql;

    KeAcquireSpinLock(&lock, &irql);
    for (entry = requests.Flink; entry != &requests; entry = entry->Flink)
    {
        struct request *request = CONTAINING_RECORD(entry, struct request, entry);
        if (id && request->id != id) continue;
        if (device && request->device != device) continue;
        if (file && IoGetCurrentIrpStackLocation(request->irp)->FileObject != file) continue;
        if (!IoSetCancelRoutine(request->irp, NULL)) continue; /* being cancelled */
        RemoveEntryList(entry);
        KeReleaseSpinLock(&lock, irql);
        return request;
    }
    KeReleaseSpinLock(&lock, irql);
    return NULL;
}

static void end_requests(DEVICE_OBJECT *device, FILE_OBJECT *file, NTSTATUS status)
{
    struct request *request;

    while ((request = take_request(0, device, file)))
    {
        tell_cancelled(request->id);
        complete(request->irp, status, 0);
        ExFreePoolWithTag(request, POOL_TAG);
    }
}

/* an open or an I/O control of a unit goes to the program */
static NTSTATUS forward(DEVICE_OBJECT *device, IRP *irp, ULONG kind)
{
    IO_STACK_LOCATION *stack = IoGetCurrentIrpStackLocation(irp);
    struct extension *extension = device->DeviceExtension;
    NTSTATUS refused = (NTSTATUS)(ULONG_PTR)stack->FileObject->FsContext;
    struct event event = {0, kind, extension->unit};
    struct request *request;
    KIRQL irql;

    /* Wine gives a handle though the open was refused: it is good for nothing */
    if (refused) return complete(irp, refused, 0);
    if (!programs) return complete(irp, STATUS_DEVICE_NOT_READY, 0);
    if (kind == EVENT_IOCTL)
    {
        event.code = stack->Parameters.DeviceIoControl.IoControlCode;
        event.input_length = stack->Parameters.DeviceIoControl.InputBufferLength;
        event.output_length = stack->Parameters.DeviceIoControl.OutputBufferLength;
    }
    event.session = (ULONG)(ULONG_PTR)stack->FileObject->FsContext2;
    request = ExAllocatePoolWithTag(NonPagedPool, sizeof(*request), POOL_TAG);
    if (!request) return complete(irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    request->kind = kind;
    request->device = device;
    request->irp = irp;

    IoMarkIrpPending(irp);
    KeAcquireSpinLock(&lock, &irql);
    event.id = request->id = next_id++;
    InsertTailList(&requests, &request->entry);
    IoSetCancelRoutine(irp, cancel_request);
    if (irp->Cancel && IoSetCancelRoutine(irp, NULL))
    {
        RemoveEntryList(&request->entry);
        KeReleaseSpinLock(&lock, irql);
        ExFreePoolWithTag(request, POOL_TAG);
        complete(irp, STATUS_CANCELLED, 0);
        return STATUS_PENDING;
    }
    KeReleaseSpinLock(&lock, irql);
    tell(&event, irp->AssociatedIrp.SystemBuffer);
    return STATUS_PENDING;
}

static NTSTATUS bridge_next(IRP *irp)
{
    KIRQL irql;

    IoMarkIrpPending(irp);
    KeAcquireSpinLock(&lock, &irql);
    InsertTailList(&listeners, &irp->Tail.Overlay.ListEntry);
    IoSetCancelRoutine(irp, cancel_listener);
    KeReleaseSpinLock(&lock, irql);
    deliver();
    return STATUS_PENDING;
}

static NTSTATUS bridge_done(IRP *irp, ULONG length)
{
    const ULONG *in = irp->AssociatedIrp.SystemBuffer;
    struct request *request;
    IO_STACK_LOCATION *stack;
    ULONG output_length;
    NTSTATUS status;

    if (length < 2 * sizeof(ULONG)) return complete(irp, STATUS_INVALID_PARAMETER, 0);
    if (!(request = take_request(in[0], NULL, NULL))) return complete(irp, STATUS_NOT_FOUND, 0);
    status = (NTSTATUS)in[1];
    output_length = length - 2 * sizeof(ULONG);
    stack = IoGetCurrentIrpStackLocation(request->irp);
    if (request->kind == EVENT_OPEN && !NT_SUCCESS(status)) stack->FileObject->FsContext = (void *)(ULONG_PTR)(ULONG)status;
    if (output_length && output_length > stack->Parameters.DeviceIoControl.OutputBufferLength)
    {
        status = STATUS_BUFFER_TOO_SMALL;
        output_length = 0;
    }
    if (output_length) RtlCopyMemory(request->irp->AssociatedIrp.SystemBuffer, in + 2, output_length);
    complete(request->irp, status, output_length);
    ExFreePoolWithTag(request, POOL_TAG);
    return complete(irp, STATUS_SUCCESS, 0);
}

static void set_interface(ULONG unit, BOOLEAN on)
{
    struct extension *extension;

    wanted[unit] = on;
    if (!units[unit]) return;
    extension = units[unit]->DeviceExtension;
    if (extension->is_started) IoSetDeviceInterfaceState(&extension->interface_link, on);
}

static NTSTATUS bridge_enable(IRP *irp, ULONG length)
{
    const ULONG *in = irp->AssociatedIrp.SystemBuffer;

    if (length != 2 * sizeof(ULONG) || in[0] >= MAX_UNITS) return complete(irp, STATUS_INVALID_PARAMETER, 0);
    set_interface(in[0], in[1] != 0);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS control_ioctl(IRP *irp)
{
    IO_STACK_LOCATION *stack = IoGetCurrentIrpStackLocation(irp);
    ULONG length = stack->Parameters.DeviceIoControl.InputBufferLength;

    switch (stack->Parameters.DeviceIoControl.IoControlCode)
    {
    case BRIDGE_NEXT: return bridge_next(irp);
    case BRIDGE_DONE: return bridge_done(irp, length);
    case BRIDGE_ENABLE: return bridge_enable(irp, length);
    }
    return complete(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
}

/* the program has left: its readers go, too */
static void program_left(void)
{
    struct queued_event *queued;
    KIRQL irql;
    ULONG unit;

    for (unit = 0; unit < MAX_UNITS; unit++) set_interface(unit, FALSE);
    end_requests(NULL, NULL, STATUS_DEVICE_REMOVED);
    for (;;)
    {
        KeAcquireSpinLock(&lock, &irql);
        queued = IsListEmpty(&events) ? NULL : CONTAINING_RECORD(RemoveHeadList(&events), struct queued_event, entry);
        KeReleaseSpinLock(&lock, irql);
        if (!queued) return;
        ExFreePoolWithTag(queued, POOL_TAG);
    }
}

static void unit_closed(DEVICE_OBJECT *device, FILE_OBJECT *file)
{
    struct extension *extension = device->DeviceExtension;
    struct event event = {0, EVENT_CLOSE, extension->unit, (ULONG)(ULONG_PTR)file->FsContext2};

    end_requests(NULL, file, STATUS_CANCELLED);
    if (programs && !file->FsContext) tell(&event, NULL);
}

static NTSTATUS NTAPI dispatch(DEVICE_OBJECT *device, IRP *irp)
{
    IO_STACK_LOCATION *stack = IoGetCurrentIrpStackLocation(irp);
    struct extension *extension = device->DeviceExtension;

    switch (stack->MajorFunction)
    {
    case IRP_MJ_CREATE:
        if (!extension->is_control)
        {
            stack->FileObject->FsContext2 = (void *)(ULONG_PTR)(ULONG)InterlockedIncrement((LONG *)&next_session);
            return forward(device, irp, EVENT_OPEN);
        }
        if (InterlockedIncrement(&programs) == 1) return complete(irp, STATUS_SUCCESS, 0);
        InterlockedDecrement(&programs);
        return complete(irp, STATUS_ACCESS_DENIED, 0);
    case IRP_MJ_CLEANUP:
        if (!extension->is_control) end_requests(NULL, stack->FileObject, STATUS_CANCELLED);
        return complete(irp, STATUS_SUCCESS, 0);
    case IRP_MJ_CLOSE:
        /* Wine sends this and no cleanup when the last handle goes with requests pending */
        if (!extension->is_control) unit_closed(device, stack->FileObject);
        else if (InterlockedDecrement(&programs) == 0) program_left();
        return complete(irp, STATUS_SUCCESS, 0);
    case IRP_MJ_DEVICE_CONTROL:
        return extension->is_control ? control_ioctl(irp) : forward(device, irp, EVENT_IOCTL);
    }
    return complete(irp, STATUS_NOT_SUPPORTED, 0);
}

static NTSTATUS NTAPI plug_and_play(DEVICE_OBJECT *device, IRP *irp)
{
    IO_STACK_LOCATION *stack = IoGetCurrentIrpStackLocation(irp);
    struct extension *extension = device->DeviceExtension;
    NTSTATUS status;

    if (extension->is_control) return complete(irp, STATUS_NOT_SUPPORTED, 0);
    switch (stack->MinorFunction)
    {
    case IRP_MN_START_DEVICE:
        extension->is_started = TRUE;
        if (wanted[extension->unit]) IoSetDeviceInterfaceState(&extension->interface_link, TRUE);
        irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_REMOVE_DEVICE:
        end_requests(device, NULL, STATUS_DEVICE_REMOVED);
        IoSetDeviceInterfaceState(&extension->interface_link, FALSE);
        units[extension->unit] = NULL;
        irp->IoStatus.Status = STATUS_SUCCESS;
        IoSkipCurrentIrpStackLocation(irp);
        status = IoCallDriver(extension->lower, irp);
        IoDetachDevice(extension->lower);
        RtlFreeUnicodeString(&extension->interface_link);
        IoDeleteDevice(device);
        return status;
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    }
    IoSkipCurrentIrpStackLocation(irp);
    return IoCallDriver(extension->lower, irp);
}

static NTSTATUS NTAPI add_device(DRIVER_OBJECT *driver, DEVICE_OBJECT *physical)
{
    struct extension *extension;
    DEVICE_OBJECT *device;
    NTSTATUS status;
    ULONG unit = 0;

    while (unit < MAX_UNITS && units[unit]) unit++;
    if (unit == MAX_UNITS) return STATUS_INSUFFICIENT_RESOURCES;
    status = IoCreateDevice(driver, sizeof(*extension), NULL, SMARTCARD_DEVICE, 0, FALSE, &device);
    if (status) return status;
    extension = device->DeviceExtension;
    RtlZeroMemory(extension, sizeof(*extension));
    extension->unit = unit;
    status = IoRegisterDeviceInterface(physical, &reader_interface, NULL, &extension->interface_link);
    if (status)
    {
        IoDeleteDevice(device);
        return status;
    }
    extension->lower = IoAttachDeviceToDeviceStack(device, physical);
    units[unit] = device;
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static void NTAPI unload(DRIVER_OBJECT *driver)
{
    UNICODE_STRING link;

    RtlInitUnicodeString(&link, L"\\DosDevices\\CardwireBridge");
    IoDeleteSymbolicLink(&link);
    if (driver->DeviceObject) IoDeleteDevice(driver->DeviceObject);
}

NTSTATUS NTAPI DriverEntry(DRIVER_OBJECT *driver, UNICODE_STRING *registry_path)
{
    UNICODE_STRING name, link;
    DEVICE_OBJECT *device;
    NTSTATUS status;
    int major;

    KeInitializeSpinLock(&lock);
    InitializeListHead(&events);
    InitializeListHead(&listeners);
    InitializeListHead(&requests);
    for (major = 0; major <= IRP_MJ_MAXIMUM_FUNCTION; major++) driver->MajorFunction[major] = dispatch;
    driver->MajorFunction[IRP_MJ_PNP] = plug_and_play;
    driver->DriverExtension->AddDevice = add_device;
    driver->DriverUnload = unload;

    RtlInitUnicodeString(&name, L"\\Device\\CardwireBridge");
    RtlInitUnicodeString(&link, L"\\DosDevices\\CardwireBridge");
    status = IoCreateDevice(driver, sizeof(struct extension), &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    if (status) return status;
    RtlZeroMemory(device->DeviceExtension, sizeof(struct extension));
    ((struct extension *)device->DeviceExtension)->is_control = TRUE;
    IoCreateSymbolicLink(&link, &name);
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}
