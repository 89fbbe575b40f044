@echo off
rem setup | run | test | any word of the command line "arm". Needs Python 3.11 or newer.
setlocal
set "ARM_STARTED_IN=%CD%"
set "PYTHONUTF8=1"
cd /d "%~dp0.."
where py >nul 2>nul
if %errorlevel%==0 (
    py -3 installer\bootstrap.py %*
) else (
    python installer\bootstrap.py %*
)
exit /b %errorlevel%
