; electron-builder puts this into its own installer. What the app itself wrote into the registry of the person (electron/main.ts, electron/window/login-start.ts) goes with it, but not when a newer version takes its place.
!macro customUnInstall
  ${ifNot} ${isUpdated}
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "${APP_ID}"
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run" "${APP_ID}"
    ; Links open this copy, or another one that stays: then they are left to that.
    ReadRegStr $R0 HKCU "Software\Classes\keyshift\shell\open\command" ""
    StrCpy $R1 '"$INSTDIR\'
    StrLen $R2 $R1
    StrCpy $R0 $R0 $R2
    ${if} $R0 == $R1
      DeleteRegKey HKCU "Software\Classes\keyshift"
    ${endIf}
  ${endIf}
!macroend
