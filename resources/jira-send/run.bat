@echo off
rem Finds jira-send.exe on this agent, checks it and starts it once for a pipeline step; run.sh does the same elsewhere.
rem Paths may hold blanks, parentheses, percent signs and ampersands: a variable is expanded between double quotes only,
rem from a value without quotes, and never on a line with "call", which would expand it twice. What a program prints is
rem compared as a variable of "for", which is not parsed again. No other text of a stranger is expanded.
setlocal EnableExtensions DisableDelayedExpansion
rem Otherwise cmd would run a certutil.exe or curl.exe that lies in the workspace.
set "NoDefaultCurrentDirectoryInExePath=1"
for %%n in (folder version file sha256 rest more program right sum skipped cache new mirror host) do set "js_%%n="
if not defined JIRA_SEND_TMP (set "js_why=JIRA_SEND_TMP is not set: use the steps of the library, not this script" & goto problem)
set "js_folder=%JIRA_SEND_TMP:/=\%"
set "js_output=%js_folder%\output.txt"

rem The manifest: jira-send, version, and in a release the SHA-256 and name of each file, which release/pack.sh adds.
set "js_rest=jira-send 0.1.0"
for /f "tokens=2" %%v in ("%js_rest%") do set "js_version=%%v"
set "js_file=jira-send-%js_version%-windows-x86_64.exe"
:manifest
set "js_more="
for /f "tokens=1,2*" %%a in ("%js_rest%") do (set "js_more=%%c" & if "%%b"=="%js_file%" set "js_sha256=%%a")
set "js_rest=%js_more%"
if defined js_rest goto manifest

if not defined JIRA_SEND_BIN goto path
set "js_program=%JIRA_SEND_BIN:"=%"
if not exist "%js_program%" (set "js_why=JIRA_SEND_BIN does not name a file on this agent: set it to the path of jira-send.exe" & goto problem)
call :version
if not defined js_right echo jira-send: JIRA_SEND_BIN is not version "%js_version%", that of the library: use it, or unset JIRA_SEND_BIN>&2
goto start
:path
for %%i in (jira-send.exe) do set "js_program=%%~$PATH:i"
if not defined js_program goto cache
call :version
if defined js_right goto start
set "js_skipped=the jira-send.exe in PATH is not version %js_version%, which the library needs; "

:cache
if not defined js_sha256 (set "js_why=%js_skipped%jira-send is not installed on this agent, and this branch of the library has no file for Windows: use a release that has it, put jira-send.exe in a directory of PATH, or set JIRA_SEND_BIN to its path" & goto problem)
if defined LOCALAPPDATA set "js_cache=%LOCALAPPDATA%\jira-send"
if defined JIRA_SEND_CACHE set "js_cache=%JIRA_SEND_CACHE:"=%"
set "js_program=%js_cache%\%js_file%"
if not defined js_cache goto deliver
if not exist "%js_program%" goto deliver
call :digest
if defined js_right goto found
if not defined JIRA_SEND_DELIVERED echo jira-send: the cached file "%js_program%" was damaged or changed; it is replaced>&2
:deliver
set "js_program=%js_folder%\%js_file%"
if "%JIRA_SEND_DELIVERED%"=="file" goto delivered
if defined JIRA_SEND_DELIVERED (set "js_why=%js_skipped%jira-send is not on this agent and could not be delivered: set up the library jira-send-program in Jenkins, set JIRA_SEND_MIRROR, or put jira-send.exe %js_version% in a directory of PATH" & goto problem)
if not defined JIRA_SEND_MIRROR goto needs
set "js_mirror=%JIRA_SEND_MIRROR:"=%"
if "%js_mirror:~-1%"=="/" set "js_mirror=%js_mirror:~0,-1%"
if "%js_mirror:~0,8%"=="https://" goto download
copy /b /y "%js_mirror%\%js_file%" "%js_program%" >nul 2>&1
goto downloaded
:download
for /f "tokens=2 delims=/" %%h in ("%js_mirror%") do set "js_host=%%h"
if not "%js_host:@=%"=="%js_host%" (echo jira-send: JIRA_SEND_MIRROR must not contain a user or password>&2 & goto needs)
setlocal & for %%n in (ID SECRET SECRET_FILE) do set "JIRA_CLIENT_%%n="
for /f "tokens=1 delims==" %%n in ('set JIRA_CLIENT_ 2^>nul') do set "%%n="
curl.exe --fail --silent --show-error --globoff --location --proto "=https" --max-redirs 5 --netrc-optional --connect-timeout 5 --max-time 30 --max-filesize 100000000 --output "%js_program%" "%js_mirror%/%js_file%" >&2
endlocal
:downloaded
call :digest
if defined js_right goto keep
for /f "tokens=1 delims=?" %%m in ("%js_mirror%") do echo jira-send: JIRA_SEND_MIRROR: "%%m/%js_file%" could not be read, or is not the file of the manifest>&2
del /f /q "%js_program%" 2>nul
:needs
rem The step writes the file into the folder, and starts this script once more.
del /f /q "%js_output%" 2>nul
echo {"protocol":1,"needs":"%js_file%"}
exit /b 0

:delivered
call :digest
if not defined js_right (set "js_why=%js_skipped%the library jira-send-program has another %js_file% than the manifest of the library jira-send, or certutil failed: use the same release of both" & goto problem)
:keep
rem Many builds may do so at once: each copies a file of its own, and renames it. Where that fails, it serves this call.
if not defined js_cache goto found
mkdir "%js_cache%" 2>nul
for %%i in ("%js_folder%") do set "js_new=%js_cache%\.%%~nxi.exe"
copy /b /y "%js_program%" "%js_new%" >nul 2>&1 && move /y "%js_new%" "%js_cache%\%js_file%" >nul 2>&1
del /f /q "%js_new%" 2>nul
set "js_program=%js_cache%\%js_file%"
call :digest
if not defined js_right set "js_program=%js_folder%\%js_file%"
:found
if defined js_skipped echo jira-send: "%js_skipped%it is not used">&2
:start
"%js_program%" step "%js_folder%\request.json"
set "js_code=%errorlevel%"
if "%js_code%"=="0" goto clean
rem The program may have stopped in the middle of a line.
echo.
set "js_why=jira-send could not be started, or stopped with exit code %js_code%; the log above has the reason"
:problem
echo {"protocol":1,"problem":"%js_why%"}
:clean
if not defined js_folder exit /b 0
del /f /q "%js_folder%\request.json" "%js_output%" 2>nul
if defined js_file del /f /q "%js_folder%\%js_file%" 2>nul
rmdir "%js_folder%" 2>nul
exit /b 0

rem Sets right if the program has the version of the library.
:version
set "js_right="
"%js_program%" --version >"%js_output%" 2>nul
for /f "usebackq delims=" %%l in ("%js_output%") do if "%%l"=="jira-send %js_version%" set "js_right=yes"
exit /b 0

rem Sets right if the SHA-256 of the program is that of the manifest. Older versions of Windows print it with blanks.
:digest
set "js_right=" & set "js_sum="
certutil -hashfile "%js_program%" SHA256 >"%js_output%" 2>nul
for /f "usebackq skip=1 delims=" %%l in ("%js_output%") do if not defined js_sum set "js_sum=%%l"
if defined js_sum set "js_sum=%js_sum: =%"
if /i "%js_sum%"=="%js_sha256%" set "js_right=yes"
exit /b 0
