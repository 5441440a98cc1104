# What run.sh does, on Windows with PowerShell 5.1 or later: the same order of places, the same rules, the same answers.
#
# Everything variable comes by the environment; this text is the same for every call. What goes to the standard output
# is ASCII: which code page Jenkins reads it with does not matter.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$directory = $env:JIRA_SEND_TMP
$version = ''
$file = ''
$sha256 = ''
$passedOver = ''
$keep = $false

function Say([string] $text) {
    [Console]::Error.WriteLine('jira-send: ' + $text)
}

# What stands in the JSON must need no escapes: texts of this script, and what Get-Plain let through.
function Answer([string] $outcome, [int] $code, [string] $message) {
    [Console]::Out.WriteLine('{"outcome":"' + $outcome + '","exit_code":' + $code + ',"message":"' + $message + '","issue_keys":[],"sites":[]}')
    exit 0
}

function Fail([int] $code, [string] $message) {
    Answer 'invalid' $code $message
}

function Get-Plain([string] $text) {
    if ($text -match '^[A-Za-z0-9._+-]+$') { return $text }
    return 'unknown'
}

function Invoke-Binary([string] $path, [string] $argument) {
    $start = New-Object System.Diagnostics.ProcessStartInfo
    $start.FileName = $path
    $start.Arguments = $argument
    $start.UseShellExecute = $false
    $start.RedirectStandardOutput = $true
    $start.StandardOutputEncoding = New-Object System.Text.UTF8Encoding($false)
    $process = [System.Diagnostics.Process]::Start($start)
    $output = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
    return @{ output = $output.Trim(); status = $process.ExitCode }
}

# The version that a binary tells; nothing when it does not start or is something else.
function Get-Version([string] $path) {
    try {
        $told = (Invoke-Binary $path '--version').output
    } catch {
        return ''
    }
    if ($told.StartsWith('jira-send ')) { return Get-Plain $told.Substring(10) }
    return ''
}

function Get-Sha256([string] $path) {
    $stream = [System.IO.File]::OpenRead($path)
    try {
        $algorithm = New-Object System.Security.Cryptography.SHA256CryptoServiceProvider
        return [BitConverter]::ToString($algorithm.ComputeHash($stream)).Replace('-', '').ToLowerInvariant()
    } finally {
        $stream.Dispose()
    }
}

function Test-Right([string] $path) {
    return [System.IO.File]::Exists($path) -and (Get-Sha256 $path) -eq $sha256
}

# The path of the binary in a cache, when it is there and is the right one.
function Get-Cached([string] $cache) {
    if (-not $cache) { return '' }
    $path = [System.IO.Path]::Combine($cache, $file)
    if (-not [System.IO.File]::Exists($path)) { return '' }
    if (Test-Right $path) { return $path }
    Say "the cached file $path is damaged or was changed: its SHA-256 is not $sha256. It is not run, and replaced."
    return ''
}

# Puts a checked binary into a cache and gives its path there. Many builds may do so at once: each writes a file of its
# own, and moves it. A file that is running cannot be replaced; then the one that is there must be the right one.
function Save-Cached([string] $source, [string] $cache) {
    if (-not $cache) { return '' }
    $path = [System.IO.Path]::Combine($cache, $file)
    $new = [System.IO.Path]::Combine($cache, '.' + [System.IO.Path]::GetFileName($directory) + '.' + $file)
    try {
        [void] [System.IO.Directory]::CreateDirectory($cache)
        [System.IO.File]::Copy($source, $new, $true)
        if (-not (Test-Right $new) -or (Get-Version $new) -ne $version) { return '' }
        [System.IO.File]::Delete($path)
        [System.IO.File]::Move($new, $path)
        return $path
    } catch {
        try { if (Test-Right $path) { return $path } } catch { }
        return ''
    } finally {
        try { [System.IO.File]::Delete($new) } catch { }
    }
}

# Gets the binary from the mirror; gives what became of it, nothing when it went well.
function Get-FromMirror([string] $path) {
    $mirror = $env:JIRA_SEND_MIRROR.TrimEnd('/', '\')
    if ($mirror -match '^(https://|http://(127\.0\.0\.1|localhost)[:/])') {
        if ($mirror -match '^https?://[^/]*@') { return 'JIRA_SEND_MIRROR must not hold a user or password' }
        $options = @{ Uri = "$mirror/$file"; OutFile = $path; UseBasicParsing = $true; TimeoutSec = 30; MaximumRedirection = 5 }
        if ($env:HTTPS_PROXY) { $options.Proxy = $env:HTTPS_PROXY }
        try {
            [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
            Invoke-WebRequest @options
        } catch {
            Say ('' + $_.Exception.Message)
            return 'the download from JIRA_SEND_MIRROR failed; the log above has the reason'
        }
        return ''
    }
    if (-not [System.IO.Path]::IsPathRooted($mirror)) {
        return 'JIRA_SEND_MIRROR must be an address with https, or the absolute path of a folder'
    }
    try {
        [System.IO.File]::Copy([System.IO.Path]::Combine($mirror, $file), $path, $true)
    } catch {
        return 'the folder JIRA_SEND_MIRROR has no readable file of this name'
    }
    return ''
}

# The path of the binary from a cache, from the library, or from the mirror.
function Get-Delivered([string[]] $manifest) {
    $machine = $env:PROCESSOR_ARCHITECTURE
    if ($env:PROCESSOR_ARCHITEW6432) { $machine = $env:PROCESSOR_ARCHITEW6432 }
    # Windows on ARM64 runs programs for x86_64.
    if ($machine -eq 'AMD64' -or $machine -eq 'ARM64') { $machine = 'x86_64' } else { $machine = Get-Plain $machine }
    if ($manifest.Length -le 2) {
        Fail 127 "${passedOver}jira-send was not found on this agent; put jira-send.exe into a directory of PATH, or set JIRA_SEND_BIN to its path. This copy of the library is not a release, which would bring it along."
    }
    for ($i = 2; $i + 1 -lt $manifest.Length; $i += 2) {
        if ($manifest[$i + 1] -eq "jira-send-$version-windows-$machine.exe") {
            $script:sha256 = $manifest[$i]
            $script:file = $manifest[$i + 1]
        }
    }
    if (-not $file) {
        Fail 127 "${passedOver}The library has no jira-send for this agent (windows, $machine); build it, put it into a directory of PATH, or set JIRA_SEND_BIN to its path."
    }
    if (-not $directory) { Fail 2 'JIRA_SEND_TMP is not set; use the steps of the library, not the launcher.' }

    $caches = @()
    if ($env:JIRA_SEND_CACHE) {
        if ([System.IO.Path]::IsPathRooted($env:JIRA_SEND_CACHE)) { $caches += $env:JIRA_SEND_CACHE } else { Say 'JIRA_SEND_CACHE is not used: it must be an absolute path.' }
    } elseif ($env:LOCALAPPDATA) {
        $caches += [System.IO.Path]::Combine($env:LOCALAPPDATA, 'jira-send\cache')
    }
    # Where that cannot be used: beside the workspace, where Jenkins keeps its own scripts.
    if ($env:WORKSPACE_TMP) { $caches += [System.IO.Path]::Combine($env:WORKSPACE_TMP, 'jira-send-cache') }
    foreach ($cache in $caches) {
        $path = Get-Cached $cache
        if ($path) { return $path }
    }

    $source = [System.IO.Path]::Combine($directory, $file)
    $why = ''
    if (-not $env:JIRA_SEND_FROM_LIBRARY) {
        # The step writes the file, and starts this script once more.
        $script:keep = $true
        Answer 'needs_binary' 127 $file
    } elseif ($env:JIRA_SEND_FROM_LIBRARY -ne 'file') {
        $why = 'the library carries no files, and JIRA_SEND_MIRROR is not set'
    } elseif (-not (Test-Right $source)) {
        $why = 'the file in the library is not the one of its manifest'
    }
    if ($why -and $env:JIRA_SEND_MIRROR) {
        [void] [System.IO.Directory]::CreateDirectory($directory)
        $why = Get-FromMirror $source
        if (-not $why -and -not (Test-Right $source)) {
            $why = 'what the mirror gave is not the file of the manifest (a page, another one, or cut off)'
        }
    }
    if ($why) { Fail 127 "$passedOver$file could not be had: $why. Put jira-send $version into a directory of PATH, or set JIRA_SEND_BIN to its path." }

    foreach ($cache in $caches) {
        $path = Save-Cached $source $cache
        if ($path) { return $path }
    }
    # For this call alone.
    if ((Get-Version $source) -eq $version) { return $source }
    Fail 126 "$file was delivered but could not be started on this agent; is it kept from running by a rule or a virus scanner?"
}

try {
    if (-not $env:JIRA_SEND_COMMAND) { Fail 2 'JIRA_SEND_COMMAND is not set; use the steps of the library, not the launcher.' }
    # Words: jira-send, version, then SHA-256 and name of each file.
    $manifest = @(('' + $env:JIRA_SEND_MANIFEST).Split([char[]] " `t`r`n", [System.StringSplitOptions]::RemoveEmptyEntries))
    if ($manifest.Length -ge 2) { $version = $manifest[1] }

    $binary = ''
    if ($env:JIRA_SEND_BIN) {
        $binary = [System.IO.Path]::GetFullPath($env:JIRA_SEND_BIN)
        if (-not [System.IO.File]::Exists($binary)) { Fail 127 'JIRA_SEND_BIN names no file on this agent; set it to the path of the jira-send binary.' }
        $found = Get-Version $binary
        # It is the user's own choice: said, and done.
        if ($version -and $found -and $found -ne $version) { Say "JIRA_SEND_BIN names version $found, the library is version $version; take the same, or leave JIRA_SEND_BIN out." }
    } else {
        $command = Get-Command 'jira-send.exe' -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
        if ($command) {
            $binary = $command.Path
            $found = Get-Version $binary
            if ($version -and $found -ne $version) {
                if (-not $found) { $found = 'unknown' }
                $passedOver = "The jira-send in PATH is version $found, the library needs $version. "
                Say "the one in PATH is version $found, the library needs ${version}: it is passed over."
                $binary = ''
            }
        }
    }
    if (-not $binary) { $binary = Get-Delivered $manifest }

    try {
        $result = Invoke-Binary $binary $env:JIRA_SEND_COMMAND
    } catch {
        Say ('' + $_.Exception.Message)
        Fail 126 'jira-send could not be started on this agent (built for another system or processor, or kept from running by a rule or a virus scanner); the log above has the reason.'
    }
    if (-not $result.output) {
        if ($result.status -eq 0) { Fail 1 'jira-send ended without an answer; check that the file is the jira-send binary of this version.' }
        Fail $result.status 'jira-send ended without an answer; the log above has the reason.'
    }
    $escape = [System.Text.RegularExpressions.MatchEvaluator] { param($match) '\u{0:x4}' -f [int] [char] $match.Value }
    [Console]::Out.WriteLine([regex]::Replace($result.output, '[^\x20-\x7e]', $escape))
    exit 0
} finally {
    if ($directory -and -not $keep -and [System.IO.Directory]::Exists($directory)) {
        foreach ($name in @('changes.jsonl', 'flags.json', 'parameters.json', $file)) {
            if ($name) { try { [System.IO.File]::Delete([System.IO.Path]::Combine($directory, $name)) } catch { } }
        }
        # A stranger's file keeps the folder.
        try { [System.IO.Directory]::Delete($directory) } catch { }
    }
}
