/* Stands in for the programs of a Windows agent, each by the name under which it is called: certutil, curl, jira-send. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <wincrypt.h>

static const char *setting(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value != NULL ? value : otherwise;
}

/* Prints what certutil prints: the digits are on the second line, on older versions of Windows with blanks between. */
static int certutil(int count, wchar_t **words) {
    if (count != 4 || wcscmp(words[1], L"-hashfile") != 0 || wcscmp(words[3], L"SHA256") != 0) return 2;
    FILE *file = _wfopen(words[2], L"rb");
    if (file == NULL) { puts("CertUtil: -hashfile command FAILED: 0x80070002 (WIN32: 2)"); return 1; }
    HCRYPTPROV provider;
    HCRYPTHASH hash;
    BYTE bytes[65536], digest[32];
    DWORD length = sizeof digest;
    CryptAcquireContextW(&provider, NULL, NULL, PROV_RSA_AES, CRYPT_VERIFYCONTEXT);
    CryptCreateHash(provider, CALG_SHA_256, 0, 0, &hash);
    for (size_t read; (read = fread(bytes, 1, sizeof bytes, file)) > 0;) CryptHashData(hash, bytes, (DWORD)read, 0);
    CryptGetHashParam(hash, HP_HASHVAL, digest, &length, 0);
    puts("SHA256 hash of file:");
    for (DWORD i = 0; i < length; i++) printf("%s%02x", i > 0 && getenv("OLD_WINDOWS") != NULL ? " " : "", digest[i]);
    puts("\nCertUtil: -hashfile command completed successfully.");
    return 0;
}

/* Copies the file that CURL_GIVES names, else fails as curl does. Leaves its arguments and what it saw of a credential. */
static int curl(int count, wchar_t **words) {
    FILE *seen = fopen(setting("CURL_SEEN", "nul"), "a");
    fprintf(seen, "%ls %s\n", words[count - 1], getenv("JIRA_CLIENT_SECRET") != NULL ? "secret" : "no secret");
    fclose(seen);
    const wchar_t *given = _wgetenv(L"CURL_GIVES");
    for (int i = 1; given != NULL && i + 1 < count; i++)
        if (wcscmp(words[i], L"--output") == 0) return CopyFileW(given, words[i + 1], FALSE) ? 0 : 23;
    fputs("curl: (22) The requested URL returned error: 404\n", stderr);
    return 22;
}

/* Writes characters as UTF-8, as the real program does. */
static void put(const wchar_t *text) {
    char bytes[8192];
    WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL);
    fputs(bytes, stdout);
}

static int program(int count, wchar_t **words) {
    if (count == 2 && wcscmp(words[1], L"--version") == 0) {
        printf("jira-send %s\n", setting("TOOL_VERSION", "9.8.7"));
        return 0;
    }
    wchar_t self[4096];
    GetModuleFileNameW(NULL, self, 4096);
    /* One field a line, so that paths need no escapes; then an answer. */
    put(self);
    for (int i = 1; i < count; i++) { put(L"\n"); put(words[i]); }
    FILE *request = count == 3 ? _wfopen(words[2], L"rb") : NULL;
    puts(request != NULL ? "\nread" : "\nnot read");
    if (request != NULL) fclose(request);
    fprintf(stderr, "for people\n");
    if (getenv("TOOL_STOPS") != NULL) { printf("{\"half"); return atoi(getenv("TOOL_STOPS")); }
    printf("{\"protocol\":1,\"returns\":{\"secret\":\"%s\"}}\n", setting("JIRA_CLIENT_SECRET", ""));
    return 0;
}

int main(void) {
    int count;
    wchar_t **words = CommandLineToArgvW(GetCommandLineW(), &count);
    wchar_t self[4096];
    GetModuleFileNameW(NULL, self, 4096);
    const wchar_t *name = wcsrchr(self, L'\\') + 1;
    if (_wcsicmp(name, L"certutil.exe") == 0) return certutil(count, words);
    if (_wcsicmp(name, L"curl.exe") == 0) return curl(count, words);
    return program(count, words);
}
