# What run.sh does, on Windows with PowerShell 5.1: the same order of places, the same rules, the same answers.
#
# Everything variable comes by the environment; this text is the same for every call. Jenkins runs it within a script of
# its own: the output of the step is the success stream alone, the other streams go to the log of the build, and what is
# written to the console, as a program does that is started here, is lost. So the answer is the only thing that is put
# out, at the end. It is ASCII: which code page Jenkins reads it with does not matter.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$directory = $env:JIRA_SEND_TMP
$answer = ''
$version = ''
$file = ''
$sha256 = ''
$passedOver = ''
$keep = $false

# For the log of the build.
function Say([string] $text) {
    Write-Host ('jira-send: ' + $text)
}

# Ends the launcher. What stands in the JSON must need no escapes: texts of this script, and what Get-Plain let through.
function Answer([string] $outcome, [int] $code, [string] $message) {
    $script:answer = '{"outcome":"' + $outcome + '","exit_code":' + $code + ',"message":"' + $message + '","issue_keys":[],"sites":[]}'
    throw $outcome
}

function Fail([int] $code, [string] $message) {
    Answer 'invalid' $code $message
}

function Get-Plain([string] $text) {
    if ($text -cmatch '\A[A-Za-z0-9._+-]+\z') { return $text }
    return 'unknown'
}

# What a program puts out, what it says, and its exit code.
function Invoke-Binary([string] $path, [string] $argument) {
    $start = New-Object System.Diagnostics.ProcessStartInfo
    $start.FileName = $path
    $start.Arguments = $argument
    $start.UseShellExecute = $false
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = New-Object System.Text.UTF8Encoding($false)
    $start.StandardErrorEncoding = $start.StandardOutputEncoding
    $process = [System.Diagnostics.Process]::Start($start)
    # Both are read at once: a program waits until somebody has read what it writes.
    $said = $process.StandardError.ReadToEndAsync()
    $output = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
    return @{ output = $output.Trim(); said = $said.Result; status = $process.ExitCode }
}

# The version that a binary tells; nothing when it does not start or is something else.
function Get-Version([string] $path) {
    try {
        $told = (Invoke-Binary $path '--version').output
    } catch {
        return ''
    }
    if ($told.StartsWith('jira-send ', [System.StringComparison]::Ordinal)) { return Get-Plain $told.Substring(10) }
    return ''
}

# The SHA-256 of a file; nothing when it cannot be read.
function Get-Sha256([string] $path) {
    try {
        $stream = [System.IO.File]::OpenRead($path)
        try {
            # Of the system's own, which is allowed everywhere (FIPS).
            $algorithm = New-Object System.Security.Cryptography.SHA256CryptoServiceProvider
            return [System.BitConverter]::ToString($algorithm.ComputeHash($stream)).Replace('-', '').ToLowerInvariant()
        } finally {
            $stream.Dispose()
        }
    } catch {
        return ''
    }
}

function Test-Right([string] $path) {
    return ([System.IO.File]::Exists($path) -and (Get-Sha256 $path) -ceq $sha256)
}

# Whether it is a whole path of a drive or a share: others mean another place for every program.
function Test-Absolute([string] $path) {
    return ($path -match '\A([A-Za-z]:[\\/]|\\\\)[^<>"|?*\x00-\x1f]*\z')
}

# Whether these belong to the build's user, the administrators or the system, and nobody else may change them: another
# user could put a file in the place of the one that has just been checked. Links count as open to everybody, and so does
# what cannot be found out. Accounts are told by their SIDs: their names are in the language of the system.
function Test-Private([string[]] $paths) {
    try {
        $user = [System.Security.Principal.WindowsIdentity]::GetCurrent().User.Value
        # SYSTEM, the administrators, TrustedInstaller.
        $owners = @($user, 'S-1-5-18', 'S-1-5-32-544', 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464')
        # Whoever owns a file (OWNER RIGHTS), or made it (CREATOR OWNER).
        $writers = $owners + @('S-1-3-4', 'S-1-3-0')
        # To write, append, set attributes, delete, take over; and to do anything or write anything.
        $write = 0x500D0156
        foreach ($path in $paths) {
            $attributes = [int] [System.IO.File]::GetAttributes($path)
            if ($attributes -band [int] [System.IO.FileAttributes]::ReparsePoint) { return $false }
            if ($attributes -band [int] [System.IO.FileAttributes]::Directory) {
                $security = New-Object System.Security.AccessControl.DirectorySecurity($path, 'Owner, Access')
            } else {
                $security = New-Object System.Security.AccessControl.FileSecurity($path, 'Owner, Access')
            }
            if ($owners -cnotcontains $security.GetOwner([System.Security.Principal.SecurityIdentifier]).Value) { return $false }
            $rules = @($security.GetAccessRules($true, $true, [System.Security.Principal.SecurityIdentifier]))
            # A list that is not there lets everybody do everything.
            if ($rules.Count -eq 0) { return $false }
            foreach ($rule in $rules) {
                if ($rule.AccessControlType -eq [System.Security.AccessControl.AccessControlType]::Allow -and
                    ([int] $rule.FileSystemRights -band $write) -and $writers -cnotcontains $rule.IdentityReference.Value) { return $false }
            }
        }
        return ($paths.Count -gt 0)
    } catch {
        return $false
    }
}

# The path of the binary in a cache, when it is there and is the right one.
function Get-Cached([string] $cache) {
    $path = [System.IO.Path]::Combine($cache, $file)
    if (-not [System.IO.File]::Exists($path) -or -not (Test-Private @($cache, $path))) { return '' }
    $found = Get-Sha256 $path
    if ($found -ceq $sha256) { return $path }
    if ($found) { Say "the cached file $path is damaged or was changed: its SHA-256 is $found, not $sha256. It is not run, and replaced." }
    return ''
}

# Makes the folder of a cache for the build's user, the administrators and the system alone: what is above it may be open
# to others, as folders in C:\ are.
function New-Cache([string] $cache) {
    $user = [System.Security.Principal.WindowsIdentity]::GetCurrent().User.Value
    $security = New-Object System.Security.AccessControl.DirectorySecurity
    $security.SetSecurityDescriptorSddlForm("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;$user)")
    [void] [System.IO.Directory]::CreateDirectory($cache, $security)
}

# Puts a checked binary into a cache and gives its path there. Many builds may do so at once: each writes a file of its
# own, and moves it. A file that is running cannot be replaced; then the one that is there must be the right one.
function Save-Cached([string] $source, [string] $cache) {
    $path = [System.IO.Path]::Combine($cache, $file)
    $new = [System.IO.Path]::Combine($cache, '.' + [System.IO.Path]::GetFileName($directory) + '.' + $file)
    try {
        if (-not [System.IO.Directory]::Exists($cache)) { New-Cache $cache }
        if (-not (Test-Private @($cache))) { return '' }
        [System.IO.File]::Copy($source, $new, $true)
        if (-not (Test-Right $new) -or (Get-Version $new) -cne $version) { return '' }
        [System.IO.File]::Delete($path)
        [System.IO.File]::Move($new, $path)
    } catch {
        if (-not (Test-Private @($cache, $path)) -or -not (Test-Right $path)) { return '' }
    } finally {
        try { [System.IO.File]::Delete($new) } catch { }
    }
    Remove-Old $cache
    return $path
}

# Other versions that were put into a cache long ago, and what a killed build left. One that runs stays.
function Remove-Old([string] $cache) {
    try {
        foreach ($path in [System.IO.Directory]::GetFiles($cache, '*jira-send-*.exe')) {
            $name = [System.IO.Path]::GetFileName($path)
            if ($name -ceq $file -or $name -cnotmatch '\A(\.jira-send-[^.]*\.)?jira-send-[0-9].*-windows-[a-z0-9_]+\.exe\z') { continue }
            if ($name.StartsWith('.')) { $days = 1 } else { $days = 30 }
            if ([System.IO.File]::GetCreationTimeUtc($path) -lt [System.DateTime]::UtcNow.AddDays(-$days)) {
                try { [System.IO.File]::Delete($path) } catch { }
            }
        }
    } catch { }
}

# Downloads an address into a file, in 30 seconds.
function Save-Download([string] $address, [string] $path) {
    # Windows PowerShell may offer no more than TLS 1.0 by itself. 0 is the system's choice.
    $protocols = [System.Net.ServicePointManager]::SecurityProtocol
    if ([int] $protocols -ne 0) {
        [System.Net.ServicePointManager]::SecurityProtocol = $protocols -bor [System.Net.SecurityProtocolType]::Tls12
    }
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $request = [System.Net.WebRequest]::Create($address)
    $request.UserAgent = 'jira-send'
    $request.Timeout = 30000
    $request.ReadWriteTimeout = 10000
    $request.MaximumAutomaticRedirections = 5
    # Without the variable the system's proxy is used.
    if (Test-Direct $request.RequestUri) {
        $request.Proxy = $null
    } elseif ($env:HTTPS_PROXY) {
        $request.Proxy = Get-Proxy $env:HTTPS_PROXY
    }
    $response = $request.GetResponse()
    try {
        $from = $response.GetResponseStream()
        $to = [System.IO.File]::Create($path)
        try {
            $block = New-Object byte[] 65536
            while (($count = $from.Read($block, 0, $block.Length)) -gt 0) {
                $to.Write($block, 0, $count)
                if ($clock.ElapsedMilliseconds -gt 30000) { throw 'the download took longer than 30 seconds' }
                if ($to.Length -gt 100000000) { throw 'the download is longer than 100 MB' }
            }
        } finally {
            $to.Dispose()
        }
    } finally {
        $response.Close()
    }
}

# Whether this server is reached without a proxy.
function Test-Direct([System.Uri] $address) {
    if ($address.IsLoopback) { return $true }
    foreach ($entry in ('' + $env:NO_PROXY).Split([char[]] ', ', [System.StringSplitOptions]::RemoveEmptyEntries)) {
        $name = $entry.TrimStart('.')
        if ($entry -eq '*' -or $address.Host -eq $name -or $address.Host.EndsWith(".$name", [System.StringComparison]::OrdinalIgnoreCase)) { return $true }
    }
    return $false
}

function Get-Proxy([string] $text) {
    $proxy = New-Object System.Net.WebProxy($text)
    $user, $password = $proxy.Address.UserInfo.Split([char[]] ':', 2)
    if ($user) {
        $proxy.Credentials = New-Object System.Net.NetworkCredential([System.Uri]::UnescapeDataString($user), [System.Uri]::UnescapeDataString('' + $password))
    }
    return $proxy
}

# Gets the binary from the mirror; gives what became of it, nothing when it went well.
function Get-FromMirror([string] $path) {
    $mirror = $env:JIRA_SEND_MIRROR.TrimEnd([char[]] '/\')
    if ($mirror -match '\A(https://|http://(127\.0\.0\.1|localhost)[:/])') {
        if ($mirror -match '\Ahttps?://[^/?#]*@') { return 'JIRA_SEND_MIRROR must not hold a user or password' }
        try {
            Save-Download "$mirror/$file" $path
        } catch {
            Say ($_.Exception.GetBaseException().Message)
            return 'the download from JIRA_SEND_MIRROR failed; the log above has the reason'
        }
        return ''
    }
    if (-not (Test-Absolute "$mirror\")) { return 'JIRA_SEND_MIRROR must be an address with https, or the absolute path of a folder' }
    try {
        [System.IO.File]::Copy([System.IO.Path]::Combine("$mirror\", $file), $path, $true)
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
        if ($manifest[$i + 1] -ceq "jira-send-$version-windows-$machine.exe") {
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
        if (Test-Absolute $env:JIRA_SEND_CACHE) { $caches += $env:JIRA_SEND_CACHE } else { Say 'JIRA_SEND_CACHE is not used: it must be an absolute path.' }
    } elseif (Test-Absolute $env:LOCALAPPDATA) {
        $caches += [System.IO.Path]::Combine($env:LOCALAPPDATA, 'jira-send\cache')
    }
    # Where that cannot be used: beside the workspace, where Jenkins keeps its own scripts.
    if (Test-Absolute $env:WORKSPACE_TMP) { $caches += [System.IO.Path]::Combine($env:WORKSPACE_TMP, 'jira-send-cache') }
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
    } elseif ($source.Length -ge 260) {
        # Jenkins can write such a file, Windows PowerShell cannot read it.
        $why = 'its path beside the workspace would be longer than 259 characters; give the agent a shorter root directory'
    } elseif ($env:JIRA_SEND_FROM_LIBRARY -cne 'file') {
        $why = 'the library carries no files, and JIRA_SEND_MIRROR is not set'
    } elseif (-not (Test-Right $source)) {
        $why = 'the file in the library is not the one of its manifest'
    }
    if ($why -and $env:JIRA_SEND_MIRROR -and $source.Length -lt 260) {
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
        if ($cache -ceq $env:JIRA_SEND_CACHE) {
            Say 'JIRA_SEND_CACHE is not used: it must be a folder that this user can write to and run programs from, and that no other user can write to.'
        }
    }
    # For this call alone.
    if ((Get-Version $source) -ceq $version) { return $source }
    Fail 126 "$file was delivered but could not be started on this agent; is it kept from running by a rule or a virus scanner?"
}

# The path of the binary.
function Get-Binary {
    # Words: jira-send, version, then SHA-256 and name of each file.
    $manifest = @(('' + $env:JIRA_SEND_MANIFEST).Split([char[]] " `t`r`n", [System.StringSplitOptions]::RemoveEmptyEntries))
    if ($manifest.Length -ge 2) { $script:version = $manifest[1] }

    if ($env:JIRA_SEND_BIN) {
        $binary = ''
        # Some characters can be in no path.
        try { $binary = [System.IO.Path]::GetFullPath($env:JIRA_SEND_BIN) } catch { }
        if (-not [System.IO.File]::Exists($binary)) { Fail 127 'JIRA_SEND_BIN names no file on this agent; set it to the path of the jira-send binary.' }
        $found = Get-Version $binary
        # It is the user's own choice: said, and done.
        if ($version -and $found -and $found -cne $version) { Say "JIRA_SEND_BIN names version $found, the library is version $version; take the same, or leave JIRA_SEND_BIN out." }
        return $binary
    }
    $command = Get-Command 'jira-send.exe' -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if ($command) {
        if (-not $version) { return $command.Path }
        $found = Get-Version $command.Path
        if ($found -ceq $version) { return $command.Path }
        if (-not $found) { $found = 'unknown' }
        $script:passedOver = "The jira-send in PATH is version $found, the library needs $version. "
        Say "the one in PATH is version $found, the library needs ${version}: it is passed over."
    }
    return Get-Delivered $manifest
}

# Finds the binary, starts it once, and keeps its answer.
function Start-Step {
    if (-not $env:JIRA_SEND_COMMAND) { Fail 2 'JIRA_SEND_COMMAND is not set; use the steps of the library, not the launcher.' }
    $binary = Get-Binary
    try {
        $result = Invoke-Binary $binary $env:JIRA_SEND_COMMAND
    } catch {
        Say ($_.Exception.GetBaseException().Message)
        Fail 126 'jira-send could not be started on this agent (built for another system or processor, or kept from running by a rule or a virus scanner); the log above has the reason.'
    }
    foreach ($line in $result.said.Split([char[]] "`r`n", [System.StringSplitOptions]::RemoveEmptyEntries)) { Write-Host $line }
    if (-not $result.output) {
        if ($result.status -eq 0) { Fail 1 'jira-send ended without an answer; check that the file is the jira-send binary of this version.' }
        Fail $result.status 'jira-send ended without an answer; the log above has the reason.'
    }
    $escape = [System.Text.RegularExpressions.MatchEvaluator] { param($match) '\u{0:x4}' -f [int] [char] $match.Value }
    $script:answer = [regex]::Replace($result.output, '[^\x20-\x7e]', $escape)
}

try {
    $null = Start-Step
} catch {
    if (-not $answer) {
        Say ($_.Exception.GetBaseException().Message)
        $answer = '{"outcome":"invalid","exit_code":1,"message":"the launcher failed on this agent; the log above has the reason.","issue_keys":[],"sites":[]}'
    }
} finally {
    if ($directory -and -not $keep -and [System.IO.Directory]::Exists($directory)) {
        foreach ($name in @('changes.jsonl', 'flags.json', 'parameters.json', $file)) {
            if ($name) { try { [System.IO.File]::Delete([System.IO.Path]::Combine($directory, $name)) } catch { } }
        }
        # A stranger's file keeps the folder.
        try { [System.IO.Directory]::Delete($directory) } catch { }
    }
}
$answer
exit 0
