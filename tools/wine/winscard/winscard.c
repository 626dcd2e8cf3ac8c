/*
 * winscard.dll for tests: passes every call on to Wine's own winscard.dll, and repairs what that leaves out of Windows'
 * documented behaviour (Wine 10 over pcsc-lite). Put beside node.exe, with WINEDLLOVERRIDES=winscard=n,b.
 *
 *   SCardGetStatusChange  Wine drops dwCurrentState, so that each call on a real reader returns at once; here it waits for
 *                         a difference. The pseudo reader for PnP has the number of readers in its high word.
 *   SCardCancel           ends those waits, and so does SCardReleaseContext
 *   SCardStatus           the state as one of SCARD_UNKNOWN … SCARD_SPECIFIC instead of pcsc-lite's mask, and the reader's
 *                         name as a multi-string that ends where it ends
 *   SCardTransmit         pioRecvPci is filled in
 *   SCardControl          SCARD_CTL_CODE(n) of Windows becomes that of pcsc-lite
 *   SCardGetAttrib        lengths above pcsc-lite's 264 bytes, and SCARD_AUTOALLOCATE
 *   SCardState, SCardGetTransmitCount   are there
 *   handles               of nobody are ERROR_INVALID_HANDLE, and no crash
 *   codes                 that pcsc-lite gives another meaning
 */
#define WINSCARDAPI
#include <windows.h>
#include <winscard.h>

#define POLL_MS 5
#define MAX_HANDLES 256
#define MAX_NAME 128
#define PCSCLITE_ATTRIBUTE_BYTES 264
/* pcsc-lite's SCARD_E_UNSUPPORTED_FEATURE has the number of Windows' SCARD_E_UNEXPECTED */
#define PCSCLITE_E_UNSUPPORTED_FEATURE ((LONG)0x8010001F)

static const WCHAR pnp_reader[] = L"\\\\?PnP?\\Notification";

const SCARD_IO_REQUEST g_rgSCardT0Pci = {SCARD_PROTOCOL_T0, sizeof(SCARD_IO_REQUEST)};
const SCARD_IO_REQUEST g_rgSCardT1Pci = {SCARD_PROTOCOL_T1, sizeof(SCARD_IO_REQUEST)};
const SCARD_IO_REQUEST g_rgSCardRawPci = {SCARD_PROTOCOL_RAW, sizeof(SCARD_IO_REQUEST)};

/* --- Wine's own functions */

/* what is passed on as it is: a jump, whatever the arguments */
#define PASSED_ON(X) \
    X(SCardAccessStartedEvent) X(SCardEndTransaction) X(SCardFreeMemory) X(SCardIsValidContext) \
    X(SCardListReaderGroupsA) X(SCardListReaderGroupsW) X(SCardListReadersA) X(SCardListReadersW) X(SCardReconnect) \
    X(SCardReleaseStartedEvent) X(SCardSetAttrib) X(SCardBeginTransaction)
#define DECLARE(name) void *wine_##name;
#define LOOK_UP(name) wine_##name = (void *)GetProcAddress(wine, #name);
#define JUMP(name) __asm__(".globl " #name "\n" #name ":\n\tjmp *wine_" #name "(%rip)\n");
PASSED_ON(DECLARE)
PASSED_ON(JUMP)

static LONG(WINAPI *wine_establish)(DWORD, LPCVOID, LPCVOID, SCARDCONTEXT *);
static LONG(WINAPI *wine_release)(SCARDCONTEXT);
static LONG(WINAPI *wine_status_change)(SCARDCONTEXT, DWORD, SCARD_READERSTATEW *, DWORD);
static LONG(WINAPI *wine_connect)(SCARDCONTEXT, LPCWSTR, DWORD, DWORD, SCARDHANDLE *, DWORD *);
static LONG(WINAPI *wine_disconnect)(SCARDHANDLE, DWORD);
static LONG(WINAPI *wine_status)(SCARDHANDLE, LPWSTR, DWORD *, DWORD *, DWORD *, BYTE *, DWORD *);
static LONG(WINAPI *wine_transmit)(SCARDHANDLE, const SCARD_IO_REQUEST *, const BYTE *, DWORD, SCARD_IO_REQUEST *,
                                   BYTE *, DWORD *);
static LONG(WINAPI *wine_control)(SCARDHANDLE, DWORD, LPCVOID, DWORD, LPVOID, DWORD, DWORD *);
static LONG(WINAPI *wine_get_attribute)(SCARDHANDLE, DWORD, BYTE *, DWORD *);

/* --- handles */

struct context
{
    SCARDCONTEXT handle; /* 0 in a free place */
    volatile LONG cancelled;
    volatile LONG waiting;
};

struct card
{
    SCARDHANDLE handle;
    DWORD transmits;
    WCHAR reader[MAX_NAME];
};

static CRITICAL_SECTION lock;
static struct context contexts[MAX_HANDLES];
static struct card cards[MAX_HANDLES];

static struct context *find_context(SCARDCONTEXT handle)
{
    int i;

    for (i = 0; handle && i < MAX_HANDLES; i++)
        if (contexts[i].handle == handle) return &contexts[i];
    return NULL;
}

static struct card *find_card(SCARDHANDLE handle)
{
    int i;

    for (i = 0; handle && i < MAX_HANDLES; i++)
        if (cards[i].handle == handle) return &cards[i];
    return NULL;
}

static void add_context(SCARDCONTEXT handle)
{
    int i;

    EnterCriticalSection(&lock);
    for (i = 0; i < MAX_HANDLES && contexts[i].handle; i++);
    if (i < MAX_HANDLES)
    {
        contexts[i].cancelled = contexts[i].waiting = 0;
        contexts[i].handle = handle;
    }
    LeaveCriticalSection(&lock);
}

static void add_card(SCARDHANDLE handle, const WCHAR *reader)
{
    int i;

    EnterCriticalSection(&lock);
    for (i = 0; i < MAX_HANDLES && cards[i].handle; i++);
    if (i < MAX_HANDLES)
    {
        cards[i].transmits = 0;
        lstrcpynW(cards[i].reader, reader, MAX_NAME);
        cards[i].handle = handle;
    }
    LeaveCriticalSection(&lock);
}

static LONG translate(LONG code)
{
    return code == PCSCLITE_E_UNSUPPORTED_FEATURE ? (LONG)SCARD_E_UNSUPPORTED_FEATURE : code;
}

/* --- contexts */

LONG WINAPI SCardEstablishContext(DWORD scope, LPCVOID reserved1, LPCVOID reserved2, LPSCARDCONTEXT context)
{
    LONG code = wine_establish(scope, reserved1, reserved2, context);

    if (!code) add_context(*context);
    return code;
}

LONG WINAPI SCardReleaseContext(SCARDCONTEXT handle)
{
    struct context *context = find_context(handle);
    LONG code;

    if (!context) return ERROR_INVALID_HANDLE;
    InterlockedExchange(&context->cancelled, 1);
    while (context->waiting) Sleep(1);
    code = wine_release(handle);
    context->handle = 0;
    return code;
}

LONG WINAPI SCardCancel(SCARDCONTEXT handle)
{
    struct context *context = find_context(handle);

    if (!context) return ERROR_INVALID_HANDLE;
    if (context->waiting) InterlockedExchange(&context->cancelled, 1);
    return SCARD_S_SUCCESS;
}

/* --- waiting */

static LONG count_readers(SCARDCONTEXT handle, DWORD *count)
{
    LONG(WINAPI *list)(SCARDCONTEXT, LPCWSTR, LPWSTR, DWORD *) = wine_SCardListReadersW;
    DWORD length = 0;
    WCHAR *names, *name;
    LONG code;

    *count = 0;
    code = list(handle, NULL, NULL, &length);
    if (code == (LONG)SCARD_E_NO_READERS_AVAILABLE) return SCARD_S_SUCCESS;
    if (code) return code;
    length += 256; /* a reader may arrive in between */
    names = malloc(length * sizeof(WCHAR));
    code = list(handle, NULL, names, &length);
    if (!code)
        for (name = names; *name; name += lstrlenW(name) + 1) ++*count;
    free(names);
    return code == (LONG)SCARD_E_NO_READERS_AVAILABLE ? SCARD_S_SUCCESS : code;
}

/* looks at one reader: its event state, with SCARD_STATE_CHANGED when it differs from what the caller knows */
static LONG look(SCARDCONTEXT handle, SCARD_READERSTATEW *state, BOOL is_pnp)
{
    DWORD known = state->dwCurrentState, now, count;
    SCARD_READERSTATEW probe = *state;
    LONG code;

    if (is_pnp)
    {
        if ((code = count_readers(handle, &count))) return code;
        now = count << 16;
        if (known >> 16 != count) now |= SCARD_STATE_CHANGED;
        state->dwEventState = now;
        state->cbAtr = 0;
        return SCARD_S_SUCCESS;
    }
    probe.dwCurrentState = probe.dwEventState = SCARD_STATE_UNAWARE;
    code = wine_status_change(handle, 0, &probe, 1);
    if (code == (LONG)SCARD_E_UNKNOWN_READER || code == (LONG)SCARD_E_READER_UNAVAILABLE)
    {
        probe.dwEventState = SCARD_STATE_UNKNOWN | SCARD_STATE_IGNORE;
        probe.cbAtr = 0;
    }
    else if (code && code != (LONG)SCARD_E_TIMEOUT) return code;
    now = probe.dwEventState & ~SCARD_STATE_CHANGED;
    known &= ~SCARD_STATE_CHANGED;
    if (known == SCARD_STATE_UNAWARE || ((known ^ now) & 0xffff) || (known >> 16 && known >> 16 != now >> 16))
        now |= SCARD_STATE_CHANGED;
    state->dwEventState = now;
    state->cbAtr = probe.cbAtr;
    memcpy(state->rgbAtr, probe.rgbAtr, sizeof(state->rgbAtr));
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardGetStatusChangeW(SCARDCONTEXT handle, DWORD timeout, LPSCARD_READERSTATEW states, DWORD count)
{
    struct context *context = find_context(handle);
    DWORD start = GetTickCount(), i;
    LONG code = SCARD_S_SUCCESS;
    BOOL changed = FALSE;

    if (!context) return ERROR_INVALID_HANDLE;
    if (!count) return SCARD_S_SUCCESS;
    if (!states) return SCARD_E_INVALID_PARAMETER;
    InterlockedIncrement(&context->waiting);
    for (;;)
    {
        for (i = 0; i < count && !code; i++)
        {
            if (states[i].dwCurrentState & SCARD_STATE_IGNORE)
            {
                states[i].dwEventState = SCARD_STATE_IGNORE;
                continue;
            }
            code = look(handle, &states[i], !lstrcmpW(states[i].szReader, pnp_reader));
            if (states[i].dwEventState & SCARD_STATE_CHANGED) changed = TRUE;
        }
        if (code || changed) break;
        if (context->cancelled) code = (LONG)SCARD_E_CANCELLED;
        else if (timeout != INFINITE && GetTickCount() - start >= timeout) code = (LONG)SCARD_E_TIMEOUT;
        if (code) break;
        Sleep(POLL_MS);
    }
    if (!InterlockedDecrement(&context->waiting)) InterlockedExchange(&context->cancelled, 0);
    return code;
}

/* --- cards */

LONG WINAPI SCardConnectW(SCARDCONTEXT handle, LPCWSTR reader, DWORD share, DWORD protocols, LPSCARDHANDLE card,
                          LPDWORD protocol)
{
    LONG code;

    if (!find_context(handle)) return ERROR_INVALID_HANDLE;
    code = wine_connect(handle, reader, share, protocols, card, protocol);
    if (!code) add_card(*card, reader);
    return translate(code);
}

LONG WINAPI SCardDisconnect(SCARDHANDLE handle, DWORD disposition)
{
    struct card *card = find_card(handle);
    LONG code;

    if (!card) return ERROR_INVALID_HANDLE;
    code = wine_disconnect(handle, disposition);
    if (!code) card->handle = 0;
    return code;
}

LONG WINAPI SCardState(SCARDHANDLE handle, LPDWORD state, LPDWORD protocol, LPBYTE atr, LPDWORD atr_length)
{
    WCHAR name[1024];
    DWORD name_length = 1024, mask, spoken, length = 36;
    BYTE bytes[36];
    LONG code;

    if (!find_card(handle)) return ERROR_INVALID_HANDLE;
    code = wine_status(handle, name, &name_length, &mask, &spoken, bytes, &length);
    if (code) return code;
    if (state)
    {
        /* pcsc-lite: 02 absent, 04 present, 08 swallowed, 10 powered, 20 negotiable, 40 specific; several at once */
        if (mask & 0x40 || (mask & 0x20 && spoken)) *state = SCARD_SPECIFIC;
        else if (mask & 0x20) *state = SCARD_NEGOTIABLE;
        else if (mask & 0x10) *state = SCARD_POWERED;
        else if (mask & 0x08) *state = SCARD_SWALLOWED;
        else if (mask & 0x04) *state = SCARD_PRESENT;
        else *state = SCARD_ABSENT;
    }
    if (protocol) *protocol = spoken;
    if (!atr_length) return SCARD_S_SUCCESS;
    if (atr && *atr_length < length) code = (LONG)SCARD_E_INSUFFICIENT_BUFFER;
    else if (atr) memcpy(atr, bytes, length);
    *atr_length = length;
    return code;
}

LONG WINAPI SCardStatusW(SCARDHANDLE handle, LPWSTR names, LPDWORD names_length, LPDWORD state, LPDWORD protocol,
                         LPBYTE atr, LPDWORD atr_length)
{
    struct card *card = find_card(handle);
    DWORD length;
    LONG code;
    WCHAR *to = names;

    if (!card) return ERROR_INVALID_HANDLE;
    code = SCardState(handle, state, protocol, atr, atr_length);
    if (code || !names_length) return code;
    length = lstrlenW(card->reader) + 2;
    if (*names_length == SCARD_AUTOALLOCATE && names) *(WCHAR **)names = to = malloc(length * sizeof(WCHAR));
    else if (names && *names_length < length) code = (LONG)SCARD_E_INSUFFICIENT_BUFFER;
    if (to && !code)
    {
        memcpy(to, card->reader, (length - 1) * sizeof(WCHAR));
        to[length - 1] = 0;
    }
    *names_length = length;
    return code;
}

LONG WINAPI SCardTransmit(SCARDHANDLE handle, LPCSCARD_IO_REQUEST send_pci, LPCBYTE send, DWORD send_length,
                          LPSCARD_IO_REQUEST receive_pci, LPBYTE receive, LPDWORD receive_length)
{
    struct card *card = find_card(handle);
    LONG code;

    if (!card) return ERROR_INVALID_HANDLE;
    code = wine_transmit(handle, send_pci, send, send_length, NULL, receive, receive_length);
    if (code) return code;
    card->transmits++;
    if (receive_pci)
    {
        receive_pci->dwProtocol = send_pci ? send_pci->dwProtocol : 0;
        receive_pci->cbPciLength = sizeof(SCARD_IO_REQUEST);
    }
    return code;
}

LONG WINAPI SCardGetTransmitCount(SCARDHANDLE handle, LPDWORD count)
{
    struct card *card = find_card(handle);

    if (!card) return ERROR_INVALID_HANDLE;
    if (!count) return SCARD_E_INVALID_PARAMETER;
    *count = card->transmits;
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardControl(SCARDHANDLE handle, DWORD code, LPCVOID in, DWORD in_length, LPVOID out, DWORD out_length,
                         LPDWORD returned)
{
    DWORD ignored;

    if (!find_card(handle)) return ERROR_INVALID_HANDLE;
    if (code >> 16 == FILE_DEVICE_SMARTCARD && !(code & 3)) code = 0x42000000 + ((code & 0xffff) >> 2);
    return translate(wine_control(handle, code, in, in_length, out, out_length, returned ? returned : &ignored));
}

LONG WINAPI SCardGetAttrib(SCARDHANDLE handle, DWORD id, LPBYTE value, LPDWORD value_length)
{
    BYTE bytes[PCSCLITE_ATTRIBUTE_BYTES];
    DWORD length = sizeof(bytes);
    LONG code;

    if (!find_card(handle)) return ERROR_INVALID_HANDLE;
    if (!value_length) return SCARD_E_INVALID_PARAMETER;
    code = id == SCARD_ATTR_ATR_STRING ? SCardState(handle, NULL, NULL, bytes, &length)
                                       : wine_get_attribute(handle, id, bytes, &length);
    if (code) return translate(code);
    if (*value_length == SCARD_AUTOALLOCATE && value) *(BYTE **)value = memcpy(malloc(length ? length : 1), bytes, length);
    else if (value && *value_length < length) code = (LONG)SCARD_E_INSUFFICIENT_BUFFER;
    else if (value) memcpy(value, bytes, length);
    *value_length = length;
    return code;
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    WCHAR path[MAX_PATH];
    HMODULE wine;

    if (reason != DLL_PROCESS_ATTACH) return TRUE;
    DisableThreadLibraryCalls(instance);
    InitializeCriticalSection(&lock);
    GetSystemDirectoryW(path, MAX_PATH - 20);
    lstrcatW(path, L"\\winscard.dll");
    wine = LoadLibraryW(path);
    if (!wine || wine == instance) return FALSE;
    PASSED_ON(LOOK_UP)
    wine_establish = (void *)GetProcAddress(wine, "SCardEstablishContext");
    wine_release = (void *)GetProcAddress(wine, "SCardReleaseContext");
    wine_status_change = (void *)GetProcAddress(wine, "SCardGetStatusChangeW");
    wine_connect = (void *)GetProcAddress(wine, "SCardConnectW");
    wine_disconnect = (void *)GetProcAddress(wine, "SCardDisconnect");
    wine_status = (void *)GetProcAddress(wine, "SCardStatusW");
    wine_transmit = (void *)GetProcAddress(wine, "SCardTransmit");
    wine_control = (void *)GetProcAddress(wine, "SCardControl");
    wine_get_attribute = (void *)GetProcAddress(wine, "SCardGetAttrib");
    return TRUE;
}
